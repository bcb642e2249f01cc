"""`highnote serve`: the API, what it refuses, how it behaves under load, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import Server, served

pytest.importorskip("fastapi", reason="the extra `server` is not installed")
httpx = pytest.importorskip("httpx")

DRAFT = "Hi Ann,\n\nAs I said on the phone, the refund takes five days. 😀\n\nBest wishes,\nDean\n"
SECRET = "zanzibar"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with served("--verbose", "--allow-origin", "https://desk.example") as running:
        yield running


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a token and tight limits."""
    file = tmp_path_factory.mktemp("token") / "token"
    file.write_text("correct-horse-battery\n")
    limits = ("--max-bytes", "20000", "--time-limit", "6", "--concurrency", "1", "--threads", "1")
    with served("--token-file", str(file), *limits) as running:
        yield running


def lint(server: Server, **fields: object) -> httpx.Response:
    return httpx.post(f"{server.address}/v1/lint", json={"draft": DRAFT, **fields}, timeout=60)


def test_the_report_is_that_of_the_command(server: Server) -> None:
    answer = lint(server, name="stdin")
    assert answer.status_code == 200
    command = subprocess.run(
        [sys.executable, "-m", "highnote", "check", "-", "--format", "json"],
        input=DRAFT.encode(),
        capture_output=True,
        check=False,
    )
    assert answer.json() == json.loads(command.stdout)
    finding = answer.json()["drafts"][0]["findings"][0]
    assert finding["rule"] == "rebuke/as-i-said"
    assert DRAFT[finding["start"] : finding["end"]] == finding["text"] == "As I said on the phone"


def test_the_thread_and_the_date_count(server: Server) -> None:
    thread = [
        {"sender": "customer", "text": "My parcel is broken.", "date": "2026-05-01T10:00:00Z"},
    ]
    answer = lint(
        server,
        draft="Hi Ann,\n\nA new parcel leaves today.\n\nBest wishes,\nDean\n",
        thread=thread,
        date="2026-05-20",
    )
    rules = {finding["rule"] for finding in answer.json()["drafts"][0]["findings"]}
    assert "acknowledge/late-reply" in rules


def test_formats_and_options_count(server: Server) -> None:
    html = lint(server, draft=f"<p>{DRAFT}</p>", format="html").json()["drafts"][0]
    assert "As I said on the phone" in {finding["text"] for finding in html["findings"]}
    bare = "The refund takes five days.\n"
    rules = {finding["rule"] for finding in lint(server, draft=bare).json()["drafts"][0]["findings"]}
    assert "ending/anonymous" in rules
    chat = lint(server, draft=bare, options={"chat": True}).json()["drafts"][0]
    assert "ending/anonymous" not in {finding["rule"] for finding in chat["findings"]}
    assert lint(server, options={"fail_level": "error"}).json()["drafts"][0]["passes"] is False


def test_a_draft_that_cannot_be_read_is_in_errors(server: Server) -> None:
    answer = lint(server, draft="no header lines", format="email")
    assert answer.status_code == 200
    assert answer.json()["drafts"] == [] and "no header lines" in answer.json()["errors"][0]["message"]
    rewrite = httpx.post(f"{server.address}/v1/rewrite", json={"draft": "x", "format": "email"}, timeout=60)
    assert rewrite.status_code == 200 and "e-mail" in rewrite.json()["error"]


def test_rewrite_and_rules_and_health(server: Server) -> None:
    answer = httpx.post(f"{server.address}/v1/rewrite", json={"draft": DRAFT}, timeout=60).json()
    assert answer == {"rewritten": DRAFT.replace("As I said on the phone, t", "T"), "changed": True, "error": None}
    rules = httpx.get(f"{server.address}/v1/rules").json()
    assert {"rebuke/as-i-said", "apology/but"} <= {rule["id"] for rule in rules}
    assert httpx.get(f"{server.address}/healthz").json()["status"] == "ok"


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"{", 400, "no JSON"),
        (b"{}", 422, "draft"),
        (b'{"draft": "x", "colour": 1}', 422, "colour"),
        (b'{"draft": "\\ud800"}', 422, "half a character"),
        (b'{"draft": "x", "format": "pdf"}', 422, "format"),
        (b"\xff", 400, ""),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(server: Server, body: bytes, status: int, words: str) -> None:
    answer = httpx.post(f"{server.address}/v1/lint", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert words in answer.json()["detail"]


def test_pages_of_other_origins_are_refused_and_those_on_the_list_are_not(server: Server) -> None:
    rules = f"{server.address}/v1/rules"
    assert httpx.get(rules, headers={"origin": "https://evil.example"}).status_code == 403
    assert httpx.get(rules, headers={"origin": "null"}).status_code == 403
    allowed = {"origin": "https://desk.example"}
    for path, status in (("/v1/rules", 200), ("/nowhere", 404), ("/v2/check?language=xx&text=a", 400)):
        answer = httpx.get(server.address + path, headers=allowed)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (status, allowed["origin"])
    ask = {**allowed, "access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    preflight = httpx.options(f"{server.address}/v1/lint", headers=ask)
    assert preflight.status_code == 204 and "Content-Type" in preflight.headers["access-control-allow-headers"]
    assert preflight.headers["access-control-allow-origin"] == allowed["origin"]


def test_a_name_that_is_made_to_point_here_is_refused(server: Server) -> None:
    rules = f"{server.address}/v1/rules"
    assert httpx.get(rules, headers={"host": "evil.example"}).status_code == 421
    assert httpx.get(rules, headers={"host": "evil.example", "origin": "http://evil.example"}).status_code == 421
    assert httpx.get(rules, headers={"host": "LOCALHOST:80"}).status_code == 200
    assert httpx.get(rules, headers={"host": "[::1]:80"}).status_code == 200


def test_no_text_is_written_to_the_log(server: Server) -> None:
    lint(server, draft=f"As I said, {SECRET}.")
    httpx.get(f"{server.address}/v2/check", params={"language": "en", "text": f"As I said, {SECRET}."}, timeout=60)
    httpx.get(f"{server.address}/{SECRET}")
    httpx.post(f"{server.address}/v1/lint", json={"draft": "x", SECRET: 1})
    time.sleep(0.5)
    assert any("POST /v1/lint 200" in line for line in server.lines)
    assert SECRET not in "\n".join(server.lines)


def test_the_token_is_asked_for(guarded: Server) -> None:
    rules, right = f"{guarded.address}/v1/rules", {"authorization": "Bearer correct-horse-battery"}
    assert httpx.get(rules).status_code == 401
    assert httpx.get(rules, headers={"authorization": "Bearer wrong"}).status_code == 401
    assert httpx.get(rules, headers={"authorization": "Bearer \xe9".encode("latin-1")}).status_code == 401
    assert httpx.get(rules, headers=right).status_code == 200
    assert httpx.get(f"{guarded.address}/healthz").status_code == 200
    check = f"{guarded.address}/v2/check"
    assert httpx.post(check, data={"language": "en", "text": "x"}).status_code == 401
    with_key = {"language": "en", "text": "x", "apiKey": "correct-horse-battery"}
    assert httpx.post(check, data=with_key, timeout=60).status_code == 200


def test_what_is_too_long_is_refused_whether_or_not_its_length_is_told(guarded: Server) -> None:
    url, right = f"{guarded.address}/v1/lint", {"authorization": "Bearer correct-horse-battery"}
    assert httpx.post(url, content=b"x" * 30_000, headers=right).status_code == 413
    assert httpx.post(url, content=iter([b"x" * 10_000] * 3), headers=right).status_code == 413
    assert httpx.post(f"{guarded.address}/v2/check", content=b"x" * 30_000, headers=right).text.startswith("Error: ")


def test_a_request_that_never_comes_is_given_up(guarded: Server) -> None:
    host, _, port = guarded.address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(
            b"POST /v1/lint HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer correct-horse-battery\r\n"
            b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
        )
        assert line.recv(1000).startswith(b"HTTP/1.1 408")


LOAD = """
import asyncio, collections, json, sys, httpx
async def main():
    headers = {"authorization": f"Bearer {sys.argv[2]}"} if sys.argv[2] else {}
    async with httpx.AsyncClient(headers=headers, timeout=60) as client:
        async def one(n):
            draft = {"draft": f"Hi Ann,\\n\\nAs I said on the phone, order {n} takes five days.\\n\\nBest wishes,\\nDean"}
            answer = await client.post(sys.argv[1] + "/v1/lint", json=draft)
            if answer.status_code == 200:
                assert f"order {n} takes" in json.dumps(answer.json()["drafts"][0]["findings"]), n
            elif answer.status_code == 503:
                assert answer.headers["retry-after"] == "1"
            return answer.status_code
        print(json.dumps(collections.Counter(await asyncio.gather(*map(one, range(int(sys.argv[3])))))))
asyncio.run(main())
"""


def load(address: str, number: int, token: str = "") -> dict[str, int]:
    """Send `number` requests at once from another process; how often each status came back."""
    command = [sys.executable, "-c", textwrap.dedent(LOAD), address, token, str(number)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=180)
    counts: dict[str, int] = json.loads(run.stdout)
    return counts


def test_under_load_from_another_process_each_gets_its_own_answer(server: Server) -> None:
    assert load(server.address, 24) == {"200": 24}


def test_too_many_at_once_are_told_to_come_again(guarded: Server) -> None:
    counts = load(guarded.address, 40, "correct-horse-battery")
    assert set(counts) == {"200", "503"} and sum(counts.values()) == 40, counts
    headers = {"authorization": "Bearer correct-horse-battery"}
    for _ in range(20):  # and the server is none the worse for it
        answer = httpx.post(f"{guarded.address}/v1/lint", json={"draft": DRAFT}, headers=headers, timeout=60)
        if answer.status_code == 200:
            return
        time.sleep(0.5)
    raise AssertionError(answer.text)


def test_it_lints_several_at_once_and_stays_up_when_clients_leave(server: Server) -> None:
    host, _, port = server.address.removeprefix("http://").partition(":")
    for _ in range(5):
        with socket.create_connection((host, int(port)), timeout=30) as line:
            line.sendall(b"POST /v1/lint HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
    assert lint(server).status_code == 200


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_asked_and_says_nothing_more(how: int) -> None:
    with served() as running:
        assert lint(running).status_code == 200
        assert running.end(how) == 0
        assert [line for line in running.lines if "listening" not in line] == []
        with pytest.raises(httpx.ConnectError):
            lint(running)


@pytest.mark.parametrize(
    ("options", "environment", "words"),
    [
        (["--host", "0.0.0.0"], {}, "a token is needed"),
        (["--host", "0.0.0.0"], {"HIGHNOTE_TOKEN": "short"}, "at least 16"),
        (["--token-file", "/nonexistent/token"], {}, "cannot be read"),
        (["--config", "/nonexistent/highnote.toml"], {}, "no such configuration"),
        (["--host", "192.0.2.1", "--port", "1"], {"HIGHNOTE_TOKEN": "x" * 20}, "cannot listen on 192.0.2.1:1"),
        (["--socket", "/nonexistent" + "x" * 100], {}, "too long"),
        (["--socket", "/proc/nowhere/socket"], {}, "cannot listen"),
    ],
)
def test_it_refuses_to_start_where_it_should(options: list[str], environment: dict[str, str], words: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "highnote", "serve", *options],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
        timeout=60,
    )
    assert run.returncode == 2, run.stderr
    assert words in run.stderr


def test_a_port_that_is_taken_is_said(server: Server) -> None:
    port = server.address.rpartition(":")[2]
    run = subprocess.run(
        [sys.executable, "-m", "highnote", "serve", "--port", port], capture_output=True, text=True, check=False
    )
    assert run.returncode == 2 and "Address already in use" in run.stderr


def test_beyond_loopback_it_serves_who_shows_the_token(tmp_path: Path) -> None:
    with served("--host", "0.0.0.0", environment={"HIGHNOTE_TOKEN": "correct-horse-battery"}) as running:
        address = running.address.replace("0.0.0.0", "127.0.0.1")
        assert httpx.get(f"{address}/v1/rules", headers={"host": "desk.example"}).status_code == 401
        headers = {"host": "desk.example", "authorization": "Bearer correct-horse-battery"}
        assert httpx.get(f"{address}/v1/rules", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "options",
    [
        ("--include-path-regex", "^/(v1|healthz)"),
        # That exactly one of two parameters is needed, one of them JSON in a text, is more than OpenAPI can say.
        ("--include-path-regex", "^/v2", "--exclude-checks", "positive_data_acceptance"),
    ],
)
def test_openapi_says_what_the_server_does(server: Server, tmp_path: Path, options: tuple[str, ...]) -> None:
    pytest.importorskip("schemathesis", reason="schemathesis is not installed")
    command = [Path(sys.executable).with_name("schemathesis"), "run", f"{server.address}/openapi.json"]
    limits = ("--max-examples", "5", "--seed", "7", "--phases", "examples,coverage,fuzzing", "--request-timeout", "60")
    run = subprocess.run(
        [*command, *limits, "--checks", "all", "--no-color", *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
        cwd=tmp_path,  # it keeps notes
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
