"""The SMTP proxy as a process, with real clients in front of it and a real server behind it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("aiosmtpd", reason="the extra “smtp” is not installed")
pytest.importorskip("aiosmtplib", reason="the extra “smtp” is not installed")

from aiosmtpd.smtp import AuthResult, LoginPassword
from mail_tools import PATIENCE, RELAY, Mailbox, free_port, server, until

from highnote.hooks.smtp import Relay, RelayLost, Upstream

MANY = int(os.environ.get("HIGHNOTE_MANY_MESSAGES", "40"))
"""So many mixed messages go through the proxy while its relay is killed and started again."""
HEAD = "From: Dean Alder <dean@shop.example>\nTo: martha@customer.example\nSubject: Your order\nMessage-ID: <{}@shop.example>\n"
GOOD = """Hi Martha,

Thank you for waiting. I sent the refund of 40 euros this morning, and it will be in your account by Friday, 4 December.

Kind regards,
Dean
-- 
The Shop
"""
BAD = """Hi Martha,

As I said on the phone, the refund takes five days.

Kind regards,
Dean
-- 
The Shop
"""


def message(body: str, number: object = 1, head: str = "") -> bytes:
    return f"{HEAD.format(number)}{head}\n{body}".replace("\n", "\r\n").encode()


# ---------------------------------------------------------------- a relay


class Choosy(Mailbox):
    """A server with a mind of its own."""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address.startswith("nobody"):
            return "550 5.1.1 There is nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, *given: Any) -> str:
        if b"refuse me" in given[2].content:
            return "554-5.6.0 The relay does not like this\r\n554 5.6.0 at all"
        return await super().handle_DATA(*given)


# ---------------------------------------------------------------- the proxy


class Proxy:
    """The command `highnote hook smtp` in a process of its own."""

    def __init__(self, relay_port: int, *options: str) -> None:
        call = [sys.executable, "-m", "highnote", "hook", "smtp", "--listen", "127.0.0.1:0"]
        environment = {**os.environ, "PYTHONUTF8": "1", "HIGHNOTE_SOCKET": "/nonexistent/highnote.sock"}
        self.process = subprocess.Popen(
            [*call, "--relay", f"127.0.0.1:{relay_port}", *options], stderr=subprocess.PIPE, text=True, env=environment
        )
        self.said: list[str] = []
        assert self.process.stderr is not None
        first = self.process.stderr.readline()
        assert "listening on" in first, first + self.process.stderr.read()
        self.port = int(first.split("127.0.0.1:")[1].split(",")[0])
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.said.extend(self.process.stderr)

    def end(self) -> int:
        """Ask it to end, and wait until it has."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return status

    def client(self, timeout: float = PATIENCE) -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", self.port, local_hostname="desk.example", timeout=timeout)

    def send(self, content: bytes, to: str = "martha@customer.example", options: tuple[str, ...] = ()) -> None:
        with self.client() as client:
            client.sendmail("dean@shop.example", [to], content, options)


@contextlib.contextmanager
def proxy_to(relay_port: int, *options: str) -> Iterator[Proxy]:
    proxy = Proxy(relay_port, *([] if "--relay-tls" in options else ["--relay-tls", "none"]), *options)
    try:
        yield proxy
    finally:
        proxy.process.kill()
        proxy.process.wait(PATIENCE)


@pytest.fixture(scope="module")
def mailbox_of_all() -> Mailbox:
    return Choosy()


@pytest.fixture(scope="module")
def shared_proxy(mailbox_of_all: Mailbox) -> Iterator[Proxy]:
    with server(mailbox_of_all) as port, proxy_to(port, "--max-size", "1") as proxy:
        yield proxy


@pytest.fixture
def mailbox(mailbox_of_all: Mailbox) -> Mailbox:
    mailbox_of_all.envelopes.clear()
    return mailbox_of_all


@pytest.fixture
def proxy(shared_proxy: Proxy, mailbox: Mailbox) -> Proxy:
    return shared_proxy


def refusal(send: Callable[[], object]) -> tuple[int, list[str]]:
    """The code and the lines with which a message is refused."""
    with pytest.raises(smtplib.SMTPDataError) as caught:
        send()
    text = caught.value.smtp_error
    assert isinstance(text, bytes)
    return caught.value.smtp_code, text.decode("ascii").split("\n")


# ---------------------------------------------------------------- what goes through, and how


def test_a_good_message_arrives_byte_for_byte(proxy: Proxy, mailbox: Mailbox) -> None:
    odd = "\n.\n..two dots\n.one\n" + "x" * 990 + "\n\nlast line \t\n\n"
    file = f"--b\nContent-Type: text/x-log\nContent-Disposition: attachment; filename=log\n\n{odd}--b--\n\n \n"
    content = message(f"--b\n\n{GOOD}{file}", head="MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n")
    proxy.send(content)
    assert mailbox.contents == [content]
    assert mailbox.envelopes[0].mail_from == "dean@shop.example"
    assert mailbox.envelopes[0].rcpt_tos == ["martha@customer.example"]


def test_eight_bits_and_foreign_addresses_arrive(proxy: Proxy, mailbox: Mailbox) -> None:
    content = message(GOOD + "\nGrüße aus Köln 😀\n", head="Content-Type: text/plain; charset=utf-8\n")
    with proxy.client() as client:
        client.ehlo()
        assert client.has_extn("8bitmime") and client.has_extn("smtputf8")
        client.sendmail("dean@shop.example", ["märtha@customer.example"], content, ["BODY=8BITMIME", "SMTPUTF8"])
    assert mailbox.contents == [content]
    assert mailbox.envelopes[0].mail_options[1:] == ["BODY=8BITMIME", "SMTPUTF8"]
    assert mailbox.envelopes[0].rcpt_tos == ["märtha@customer.example"]


def test_a_bad_message_is_refused_with_its_reasons_and_the_verdict_last(proxy: Proxy, mailbox: Mailbox) -> None:
    code, lines = refusal(lambda: proxy.send(message(BAD)))
    assert code == 550 and all(line.startswith("5.7.1 ") for line in lines)
    assert any("As I said on the phone, the refund takes five days." in line for line in lines)
    assert any("The refund takes five days." in line and "+" in line for line in lines)
    assert lines[-1] == "5.7.1 highnote: not sent, 1 error: rebuke/as-i-said."
    assert not mailbox.envelopes


def test_a_session_goes_on_after_a_refusal(proxy: Proxy, mailbox: Mailbox) -> None:
    with proxy.client() as client:
        for number, body in enumerate((BAD, GOOD, BAD, GOOD)):
            content = message(body, number)
            if body is BAD:
                refusal(lambda content=content: client.sendmail("a@shop.example", ["b@customer.example"], content))  # type: ignore[misc]
            else:
                client.sendmail("a@shop.example", ["b@customer.example"], content)
    assert mailbox.contents == [message(GOOD, 1), message(GOOD, 3)]


def test_the_header_allows_and_does_not_leave(proxy: Proxy, mailbox: Mailbox) -> None:
    proxy.send(message(BAD, head="X-Highnote: allow\n"))
    assert mailbox.contents == [message(BAD)]


def test_a_rebuke_in_the_quote_passes(proxy: Proxy, mailbox: Mailbox) -> None:
    content = message(
        GOOD + "\nOn Fri, 20 Nov 2026, Martha wrote:\n> As I said on the phone, you should have read it.\n"
    )
    proxy.send(content)
    assert mailbox.contents == [content]


def test_the_relays_own_refusals_are_passed_on(proxy: Proxy, mailbox: Mailbox) -> None:
    code, lines = refusal(lambda: proxy.send(message(GOOD + "\nPlease refuse me.\n")))
    assert (code, lines) == (554, ["5.6.0 The relay does not like this", "5.6.0 at all"])
    with proxy.client() as client:
        refused = client.sendmail("a@shop.example", ["nobody@customer.example", "b@customer.example"], message(GOOD))
        assert refused == {"nobody@customer.example": (550, b"5.1.1 There is nobody of that name")}
    assert mailbox.envelopes[0].rcpt_tos == ["b@customer.example"]


def test_a_read_receipt_has_no_sender(proxy: Proxy, mailbox: Mailbox) -> None:
    with proxy.client() as client:
        client.sendmail("", ["b@customer.example"], message(GOOD))
    assert mailbox.envelopes[0].mail_from in ("", "<>")


def test_too_much_is_refused(proxy: Proxy, mailbox: Mailbox) -> None:
    with proxy.client() as client:
        client.ehlo()
        assert client.esmtp_features["size"] == str(2**20)
        with pytest.raises(smtplib.SMTPSenderRefused) as caught:  # said beforehand
            client.sendmail("a@shop.example", ["b@customer.example"], message("x" * 70 + "\n") * 20_000)
        assert caught.value.smtp_code == 552
    with proxy.client() as client:  # and noticed when it is not said
        client.ehlo()
        client.mail("a@shop.example")
        client.rcpt("b@customer.example")
        code, _ = client.data(message(("x" * 70 + "\n") * 20_000))
        assert code == 552
    assert not mailbox.envelopes


def test_bare_line_feeds_cannot_smuggle_a_message(proxy: Proxy, mailbox: Mailbox) -> None:
    smuggled = b"\n.\r\nMAIL FROM:<evil@shop.example>\r\nRCPT TO:<b@customer.example>\r\nDATA\r\nhidden\r\n.\r\n"
    with socket.create_connection(("127.0.0.1", proxy.port), PATIENCE) as line:
        file = line.makefile("rwb")
        file.readline()
        for command in (b"HELO a", b"MAIL FROM:<a@shop.example>", b"RCPT TO:<b@customer.example>", b"DATA"):
            file.write(command + b"\r\n")
            file.flush()
            assert file.readline()[:1] in b"23"
        file.write(message(GOOD) + smuggled)
        file.flush()
        assert file.readline().startswith(b"550 5.5.2")
    assert not mailbox.envelopes


def test_many_connections_at_once(proxy: Proxy, mailbox: Mailbox) -> None:
    """More than there are threads that lint; idle ones keep nobody waiting."""
    with contextlib.ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(proxy.client()).ehlo()
        with ThreadPoolExecutor(10) as pool:
            list(pool.map(lambda number: proxy.send(message(GOOD, number)), range(30)))
    assert sorted(mailbox.contents) == sorted(message(GOOD, number) for number in range(30))


# ---------------------------------------------------------------- errors


UNREADABLE = message(("word " * 14 + "\n") * 2_000)
"""Longer than any reply."""


def test_a_message_that_cannot_be_checked_is_held(proxy: Proxy, mailbox: Mailbox) -> None:
    code, lines = refusal(lambda: proxy.send(UNREADABLE))
    assert code == 451 and "could not be checked" in lines[-1]
    assert not mailbox.envelopes
    assert "could not be checked" in until("a word about it", lambda: "".join(proxy.said[-1:]))
    assert "word word" not in "".join(proxy.said)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--relay", "mail.example"], "HOST:PORT"),
        (["--relay", "127.0.0.1:1025"], "circle"),
        (["--relay", "127.0.0.1:25", "--listen", "0.0.0.0:1025"], "--allow-remote"),
        (["--relay", "127.0.0.1:25", "--key", __file__], "--cert"),
        (["--relay", "127.0.0.1:25", "--cert", __file__], "certificate"),
    ],
)
def test_wrong_calls_are_explained(options: list[str], told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "highnote", "hook", "smtp", *options], capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 2 and told in done.stderr, done.stderr


def test_it_ends_when_told_and_lets_the_message_under_way_through() -> None:
    """One client stays connected and idle, another one has just handed over its message."""
    arrived = threading.Event()

    class Slow(Mailbox):
        async def handle_DATA(self, *given: Any) -> str:
            arrived.set()
            await asyncio.sleep(2)
            return await super().handle_DATA(*given)

    mailbox = Slow()
    with (
        server(mailbox) as port,
        proxy_to(port, "--on-error", "send") as proxy,
        proxy.client() as idle,
        ThreadPoolExecutor(1) as pool,
    ):
        idle.ehlo()
        sending = pool.submit(proxy.send, UNREADABLE)
        assert arrived.wait(PATIENCE)
        assert proxy.end() == 0
        sending.result(PATIENCE)
        assert mailbox.contents == [UNREADABLE]
        assert "sent unchecked" in "".join(proxy.said)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            idle.mail("a@shop.example")


# ---------------------------------------------------------------- TLS and AUTH


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-keyout", folder / "key.pem", "-out", folder / "cert.pem"),
        ],
        check=True,
        capture_output=True,
    )
    return folder


SIGN_IN = (
    ("plain", "AUTH PLAIN AGRlYW4Ac2VzYW1lIMO2"),
    ("login", "AUTH LOGIN ZGVhbg==", "c2VzYW1lIMO2"),
)
"""Mechanisms with the commands that say who "dean" is, with his password "sesame ö"."""


def sign_in(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"dean", b"sesame \xc3\xb6")
    return AuthResult(success=known, handled=False)


def test_starttls_and_sign_in_are_passed_on(certificate: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    trusted = ssl.create_default_context(cafile=certificate / "cert.pem")
    mailbox = Mailbox()
    options = {"tls_context": context, "require_starttls": True, "authenticator": sign_in, "auth_required": True}
    files = [
        "--cert",
        certificate / "cert.pem",
        "--key",
        certificate / "key.pem",
        "--relay-ca",
        certificate / "cert.pem",
    ]
    with server(mailbox, **options) as port, proxy_to(port, "--relay-tls", "starttls", *map(str, files)) as proxy:
        with pytest.raises(smtplib.SMTPSenderRefused) as refused:
            proxy.send(message(GOOD))
        assert refused.value.smtp_code == 530
        for mechanism, *steps in SIGN_IN:
            with proxy.client() as client:
                if mechanism == "login":
                    client._host = "localhost"  # type: ignore[attr-defined]
                    client.starttls(context=trusted)
                client.ehlo()
                assert {"PLAIN", "LOGIN"} <= set(client.esmtp_features["auth"].split())
                client.user, client.password = "dean", "wrong"
                with pytest.raises(smtplib.SMTPAuthenticationError) as wrong:
                    client.auth(mechanism, getattr(client, f"auth_{mechanism}"))
                assert wrong.value.smtp_code == 535
                codes = [client.docmd(step)[0] for step in steps]
                assert codes == [*[334] * (len(steps) - 1), 235]
                client.sendmail("dean@shop.example", ["b@customer.example"], message(GOOD, mechanism))
        assert mailbox.contents == [message(GOOD, mechanism) for mechanism, *_ in SIGN_IN]
        assert proxy.end() == 0
        assert "sesame" not in "".join(proxy.said)


def test_a_relay_without_the_tls_that_is_asked_for_gets_nothing(certificate: Path) -> None:
    async def connect(port: int, ca: str | None) -> None:
        await Upstream(Relay("127.0.0.1", port, "starttls", ca), "desk.example").open()

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    with server(Mailbox()) as port, pytest.raises(RelayLost, match="STARTTLS"):
        asyncio.run(connect(port, None))
    with server(Mailbox(), tls_context=context) as port:
        asyncio.run(connect(port, str(certificate / "cert.pem")))
        with pytest.raises(RelayLost, match=r"(?i)certificate"):
            asyncio.run(connect(port, None))


def test_encryption_is_asked_for_unless_the_relay_is_this_machine() -> None:
    assert Relay("mail.example", 587).client("a")._start_tls_on_connect is True
    assert Relay("127.0.0.1", 25).client("a")._start_tls_on_connect is None
    assert Relay("mail.example", 465).client("a").use_tls
    assert Relay("mail.example", 25, "none").client("a")._start_tls_on_connect is False


# ---------------------------------------------------------------- msmtp


@pytest.mark.skipif(shutil.which("msmtp") is None, reason="msmtp is not installed")
def test_msmtp_through_the_proxy(proxy: Proxy, mailbox: Mailbox, tmp_path: Path) -> None:
    settings = tmp_path / "msmtprc"
    settings.write_text(
        f"account default\nhost 127.0.0.1\nport {proxy.port}\nfrom dean@shop.example\nauth off\ntls off\n"
    )
    settings.chmod(0o600)

    def msmtp(body: str) -> subprocess.CompletedProcess[bytes]:
        content = message(body).replace(b"\r\n", b"\n")
        call = ["msmtp", "-C", settings, "martha@customer.example"]
        return subprocess.run(call, input=content, capture_output=True, timeout=PATIENCE)

    bad = msmtp(BAD)
    assert bad.returncode == 69 and not mailbox.envelopes
    assert b"As I said on the phone" in bad.stderr and b"not sent, 1 error: rebuke/as-i-said." in bad.stderr
    good = msmtp(GOOD)
    assert good.returncode == 0, good.stderr
    assert mailbox.contents[0].endswith(GOOD.replace("\n", "\r\n").encode())


# ---------------------------------------------------------------- a relay that is killed and started again


def reply_of(error: smtplib.SMTPException) -> tuple[int, bytes]:
    """The code and the text of a refusal."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next(iter(error.recipients.values()))
    assert isinstance(error, smtplib.SMTPResponseException) and isinstance(error.smtp_error, bytes)
    return error.smtp_code, error.smtp_error


def test_mixed_messages_while_the_relay_is_killed_and_started_again(tmp_path: Path) -> None:
    """Every accepted message is delivered once and as it was, every refused one is explained, none is lost.

    Each attempt is a message of its own, since a relay that is killed between keeping a message and saying so leaves
    any client in doubt.
    """
    port, kept = free_port(), tmp_path / "kept"
    kept.touch()
    stop, kills = threading.Event(), []

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", RELAY, str(port), str(kept)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert process.stdout is not None and process.stdout.readline() == b"up\n"
        return process

    def keep_killing() -> None:
        running = start()
        while not stop.wait(2):
            running.kill()
            running.wait()
            kills.append(time.monotonic())
            stop.wait(0.4)
            running = start()
        running.kill()
        running.wait()

    killer = threading.Thread(target=keep_killing)
    accepted: list[bytes] = []
    explained: Counter[int] = Counter()
    lock = threading.Lock()

    def deliver(number: int) -> None:
        """Send one message until somebody has decided about it."""
        body, allow = ((GOOD, ""), (BAD, ""), (BAD, "X-Highnote: allow\n"))[number % 3]
        deadline = time.monotonic() + PATIENCE * 5
        for attempt in range(10_000):
            plain = message(body + f"\n.{number}\n" + "ü" * (number % 50) + "\n", f"{number}.{attempt}")
            content = plain.replace(b"Message-ID", allow.replace("\n", "\r\n").encode() + b"Message-ID", 1)
            try:
                proxy.send(content)
            except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
                code, said = reply_of(error)
                with lock:
                    explained[code] += 1
                if code == 550:
                    assert number % 3 == 1 and said.endswith(b"not sent, 1 error: rebuke/as-i-said.")
                    return
                assert code == 451 and b"127.0.0.1" in said, error
            else:
                assert number % 3 != 1
                with lock:
                    accepted.append(plain)
                return
            assert time.monotonic() < deadline
            time.sleep(0.1)

    with proxy_to(port) as proxy:
        with pytest.raises(smtplib.SMTPSenderRefused) as caught:  # the relay is not there yet
            proxy.send(message(GOOD))
        assert caught.value.smtp_code == 451 and b"cannot be reached: connection refused" in reply_of(caught.value)[1]
        killer.start()
        try:
            begin = time.monotonic()
            with ThreadPoolExecutor(12) as pool:
                list(pool.map(deliver, range(MANY)))
            seconds = time.monotonic() - begin
        finally:
            stop.set()
            killer.join()
        assert proxy.end() == 0
    times = Counter(kept.read_text().split())
    assert [times[hashlib.sha256(content).hexdigest()] for content in accepted] == [1] * len(accepted)
    assert len(accepted) == sum(number % 3 != 1 for number in range(MANY))
    assert explained[550] == sum(number % 3 == 1 for number in range(MANY))
    assert set(times.values()) <= {1}
    print(
        f"{MANY} messages in {seconds:.0f} s, {len(kills)} kills; accepted {len(accepted)}, replies {dict(explained)}"
    )
