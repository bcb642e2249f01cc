"""What several test files share: a real LanguageTool, started once a session."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import platformdirs
import pytest

POM = Path(__file__).parent / "languagetool" / "pom.xml"
JARS = Path(platformdirs.user_cache_dir("highnote-tests")) / "languagetool"


@pytest.fixture(scope="session")
def languagetool_jars() -> Path:
    """The folder with LanguageTool's server and English, from Maven Central."""
    if shutil.which("java") is None or shutil.which("mvn") is None:
        pytest.skip("LanguageTool needs Java and Maven, and one of them is not here")
    wanted = JARS / "fetched"
    if not wanted.is_file() or wanted.read_text() != POM.read_text():
        shutil.rmtree(JARS, ignore_errors=True)
        command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={JARS}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"Maven could not fetch LanguageTool: {(done.stdout + done.stderr)[-300:]}")
        wanted.write_text(POM.read_text())
    return JARS


@pytest.fixture(scope="session")
def languagetool(languagetool_jars: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a LanguageTool on loopback, ended after the session."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("languagetool") / "log"
    command = [
        "java",
        "-Xmx1g",
        "-cp",
        f"{languagetool_jars}/*",
        "org.languagetool.server.HTTPServer",
        "--port",
        str(port),
    ]
    with log.open("w") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out)
        try:
            address = f"http://127.0.0.1:{port}"
            for language in ("en-US", "en-GB", "auto"):  # it learns a language with its first text
                _answered(f"{address}/v2/check?language={language}&text=Good+morning.", server, log)
            yield address
        finally:
            server.terminate()
            server.wait(20)


def _answered(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=120):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"LanguageTool did not start:\n{log.read_text()[-2000:]}")
