"""Many messages through `highnote hook sendmail` and the real msmtp, while the relay and the resident are killed.

HIGHNOTE_MANY_MESSAGES=1000 sends a thousand; a test run sends fewer.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import quopri
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

pytest.importorskip("aiosmtpd", reason="aiosmtpd is not installed")
pytest.importorskip("fastapi", reason="the extra `server` is not installed")
MSMTP = shutil.which("msmtp")
if MSMTP is None:
    pytest.skip("msmtp is not installed", allow_module_level=True)

from mail_tools import RELAY  # noqa: E402

from highnote import resident  # noqa: E402

MANY = int(os.environ.get("HIGHNOTE_MANY_MESSAGES", "60"))
AT_ONCE = 4

GOOD = "Hi Ann,\n\nThe refund is on its way and arrives on Friday.\n\nBest wishes,\nDean\n"
BAD = "Hi Ann,\n\nAs I said on the phone, the refund takes five days.\n\nBest wishes,\nDean\n"
QUOTE = "\nOn Mon, 4 May 2026, Ann wrote:\n> As I said on the phone, you should have read my letter.\n"


def message(number: int, attempt: int) -> tuple[bytes, bool, bool]:
    """A message: its bytes, whether it has the header that allows it, and whether it is to be sent at all."""
    kind = number % 9
    head = (
        f"From: Dean <dean@shop.example>\nTo: ann@home.example\nSubject: Refund {number}\nDate: Tue, 5 May 2026 10:00:00 +0000\n"
        f"Message-ID: <{number}.{attempt}@shop.example>\nMIME-Version: 1.0\n"
    )
    text = (BAD if kind in (1, 2, 4, 7) else GOOD) + f"-- \n.{number}\n..\n" + "é" * (number % 50) + "\n"
    bad, allow = kind in (1, 2, 4), kind == 7
    charset, coding, body = "utf-8", "8bit", text.encode()
    if kind == 2:
        coding, body = "base64", base64.encodebytes(body)
    elif kind in (3, 4):
        coding, body = "quoted-printable", quopri.encodestring(body)
    elif kind == 5:
        body += QUOTE.encode()
    elif kind == 6:
        charset, body = "iso-8859-1", text.encode("latin-1")
    kinds = f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {coding}\n\n"
    raw = (head + kinds).encode() + body
    if kind == 8:
        file = base64.encodebytes(os.urandom(300_000))
        raw = (
            head.encode() + b'Content-Type: multipart/mixed; boundary="b"\n\n--b\n' + kinds.encode() + body
            + b"\n--b\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n" + file + b"--b--\n"
        )  # fmt: skip
    return raw, allow, not bad


@contextmanager
def killed_relay(port: int, kept: Path, seconds: float) -> Iterator[list[float]]:
    """A relay that is killed every few seconds and started again; yields when it was."""
    stop, kills = threading.Event(), list[float]()

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", RELAY, str(port), str(kept)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert process.stdout is not None and process.stdout.readline() == b"up\n"
        return process

    def keep_killing() -> None:
        server = start()
        while not stop.wait(seconds):
            server.kill()
            server.communicate()
            kills.append(time.monotonic())
            stop.wait(0.4)
            server = start()
        server.kill()
        server.communicate()

    killer = threading.Thread(target=keep_killing)
    killer.start()
    try:
        yield kills
    finally:
        stop.set()
        killer.join()


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def test_each_message_is_delivered_once_as_it_was_or_held_and_explained(tmp_path: Path) -> None:
    """A relay that dies between keeping a message and saying so leaves any client in doubt: each attempt is a message."""
    port, kept, place = free_port(), tmp_path / "kept", tmp_path / "run" / "highnote.sock"
    kept.touch()
    settings = tmp_path / "msmtprc"
    settings.write_text(
        f"account default\nhost 127.0.0.1\nport {port}\nfrom dean@shop.example\ntls off\nauth off\ntimeout 20\n"
    )
    hook = [
        sys.executable, "-m", "highnote", "hook", "sendmail", "--resident", "--socket", str(place),
        "--sendmail", f"{MSMTP} -C {settings}", "--", "ann@home.example",
    ]  # fmt: skip
    accepted: list[bytes] = []
    statuses: Counter[int] = Counter()
    lock = threading.Lock()

    def send(number: int) -> None:
        deadline = time.monotonic() + 300
        for attempt in range(10_000):
            raw, allow, fine = message(number, attempt)
            given = raw.replace(b"Message-ID", b"X-Highnote: allow\nMessage-ID", 1) if allow else raw
            run = subprocess.run(hook, input=given, capture_output=True, check=False, timeout=200)
            with lock:
                statuses[run.returncode] += 1
                if run.returncode == 0:
                    accepted.append(raw)
            said = run.stderr.decode()
            if run.returncode in (0, 65):
                assert (run.returncode == 0) is fine, said
                assert fine or said.splitlines()[-1] == "highnote: not sent, 1 error: rebuke/as-i-said."
                return
            assert said.startswith("msmtp:") or "\nmsmtp:" in said, said  # why the real one could not
            assert time.monotonic() < deadline
            time.sleep(0.2)

    began = time.monotonic()
    try:
        with killed_relay(port, kept, seconds=3) as kills, ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(send, range(MANY // 2)))
            pid, _ = resident.holder(str(place))
            assert pid is not None
            os.kill(pid, signal.SIGKILL)  # the resident too, in the middle of it
            list(pool.map(send, range(MANY // 2, MANY)))
        assert resident.holder(str(place))[0] not in (None, pid)
    finally:
        with suppress(ProcessLookupError):
            os.kill(resident.holder(str(place))[0] or 0x7FFFFFFF, signal.SIGTERM)
    seconds = time.monotonic() - began
    delivered = Counter(kept.read_text().split())
    wanted = [hashlib.sha256(raw.replace(b"\n", b"\r\n")).hexdigest() for raw in accepted]
    figures = {
        "messages": MANY, "seconds": round(seconds), "kills": len(kills), "sent": len(accepted),
        "statuses": {str(status): times for status, times in sorted(statuses.items())},
        "in doubt": len(set(delivered) - set(wanted)),
    }  # fmt: skip
    print(json.dumps(figures))
    assert [delivered[one] for one in wanted] == [1] * len(wanted)
    assert set(delivered.values()) == {1}
    assert len(accepted) + statuses[65] == MANY and statuses[65] == sum(not message(n, 0)[2] for n in range(MANY))
