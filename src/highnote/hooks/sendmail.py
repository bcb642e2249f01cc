"""`highnote hook sendmail`: stands in for the sendmail command, lints the message, and hands it on byte for byte.

It imports little on purpose: with a resident process a whole call costs hardly more than starting Python.
"""

from __future__ import annotations

import os
import sys

from highnote.hooks.verdict import LEVELS, Report, Verdict, judge_message, strip_header

USAGE = """\
Usage: highnote hook sendmail [OPTIONS] [--] [SENDMAIL OPTIONS] RCPT…

Read a message on stdin, lint it with the thread that it quotes, and hand it to the real sendmail byte for byte when it
is fine. Otherwise print what to mend and end with status 65. Whatever comes after “--”, or from the first word on that
is no option of ours, goes to the real sendmail as it is.

Options:
  --sendmail COMMAND   The real one: a path, or a command with options (else sendmail or msmtp, where they usually are).
  --fail-level LEVEL   Lowest level that holds a message: error, warning or info (else the configuration's).
  --confirm            On a terminal, ask whether to send a message that is held.
  --on-error WHAT      A message that highnote could not check: hold it (the default) or send it. Either is said.
  --config FILE        Configuration (else: the nearest above the current folder).
  --resident           Start a resident process when none is there, so that the next call takes milliseconds.
  --alone              Use no resident process, even where one is there.
  --report             Send nothing: print what is to be said as JSON. Status 0 fine, 1 findings, 75 it could not be checked.
  --socket PATH        Where the resident process listens (else: this user's usual place).
  -h, --help           Show this and leave.

A message with the header “X-Highnote: allow” is sent as it is; the header itself is taken out.

Exit status: that of the real sendmail; 65 held, for what is in it; 75 held, as it could not be checked; 64 a wrong call;
69 no sendmail to run.

Examples:
  neomutt, mutt    set sendmail="highnote hook sendmail --resident --sendmail /usr/bin/msmtp --"
  git send-email   git config sendemail.sendmailCmd "highnote hook sendmail --"
  by hand          highnote hook sendmail --sendmail msmtp -- ann@home.example < reply.eml
"""

USAGE_STATUS, HELD, UNAVAILABLE, UNCHECKED, STOPPED = 64, 65, 69, 75, 130
"""Exit statuses, those of sysexits.h (EX_USAGE, EX_DATAERR, EX_UNAVAILABLE, EX_TEMPFAIL) and of shells (Ctrl-C)."""
PLACES = ("/usr/sbin/sendmail", "/usr/lib/sendmail", "sendmail", "msmtp")
"""Where the real sendmail is looked for."""
INSIDE = "HIGHNOTE_HOOK"
"""Set for the real sendmail, so that a hook that is given itself as the real one notices."""

_FLAGS = ("--confirm", "--resident", "--alone", "--report")
_VALUES = {"--sendmail": "", "--fail-level": "", "--on-error": "hold", "--config": "", "--socket": ""}
_CHOICES = {"--fail-level": LEVELS, "--on-error": ("hold", "send")}


class _Wrong(Exception):
    """A wrong call, in words."""


def main(argv: list[str]) -> int:
    """Run the hook with the arguments after `highnote hook sendmail`; returns the exit status, if at all.

    A message that is sent replaces this process by the real sendmail, so that its exit status and its output are those
    of the whole call, and nothing can be sent twice.
    """
    if argv[:1] in (["-h"], ["--help"]):
        sys.stdout.write(USAGE)
        return 0
    try:
        options, flags, rest = _parse(argv)
        if "--report" in flags:
            return _report(options, flags)
        command = _sendmail(options["--sendmail"])
    except _Wrong as error:
        _say(f"highnote: not sent: {error}")
        return USAGE_STATUS
    if not command or os.environ.get(INSIDE):
        _say(
            "highnote: not sent: the sendmail that is to be run is this hook itself; name the real one with --sendmail."
            if command
            else "highnote: not sent: there is no sendmail or msmtp here; name the one to run with --sendmail."
        )
        return UNAVAILABLE
    try:
        return _run(command, rest, options, flags)
    except KeyboardInterrupt:
        _say("highnote: stopped; not sent.")
        return STOPPED


def _run(command: list[str], rest: list[str], options: dict[str, str], flags: set[str]) -> int:
    raw = sys.stdin.buffer.read()
    verdict = judge_message(raw, lambda message: _lint(message, options, flags), options["--fail-level"] or None)
    if verdict.passes:
        if verdict.allowed:
            _say(*verdict.lines)
        return _send(command, rest, raw)
    _say(*verdict.lines)
    if verdict.error is not None and options["--on-error"] == "send":
        _say("highnote: sent unchecked, as --on-error send says.")
        return _send(command, rest, raw)
    if "--confirm" in flags and _confirmed(verdict):
        return _send(command, rest, raw)
    if verdict.error is not None:
        _say("highnote: not sent, as it was not checked (--on-error hold).")
        return UNCHECKED
    return HELD


def _report(options: dict[str, str], flags: set[str]) -> int:
    """Print the report of the message on stdin, for programs that show it themselves."""
    import json

    raw = sys.stdin.buffer.read()
    verdict = judge_message(raw, lambda message: _lint(message, options, flags), options["--fail-level"] or None)
    if verdict.error is not None:
        _say(*verdict.lines)
        return UNCHECKED
    sys.stdout.write(json.dumps(verdict.report))
    return 0 if verdict.passes else 1


def _parse(argv: list[str]) -> tuple[dict[str, str], set[str], list[str]]:
    """Our options, and what goes to the real sendmail."""
    options, flags, at = dict(_VALUES), set[str](), 0
    while at < len(argv):
        name, equals, value = argv[at].partition("=")
        if name in _FLAGS and not equals:
            flags.add(name)
        elif name in _VALUES:
            if not equals:
                at += 1
                if at == len(argv) or argv[at] == "--":
                    raise _Wrong(f"{name} needs a value.")
                value = argv[at]
            if value not in _CHOICES.get(name, (value,)):
                raise _Wrong(f"{name} is one of {', '.join(_CHOICES[name])}, not “{value}”.")
            options[name] = value
        else:
            break
        at += 1
    return options, flags, argv[at:]


def _sendmail(wanted: str) -> list[str]:
    """The real sendmail as a command; empty where there is none."""
    if not wanted:
        return next(([found] for place in PLACES if (found := _which(place))), [])
    words = [wanted]
    if " " in wanted and not os.access(wanted, os.X_OK):
        import shlex

        try:
            words = shlex.split(wanted)
        except ValueError as error:
            raise _Wrong(f"--sendmail cannot be read ({error}): {wanted}") from None
    found = _which(words[0]) if words else None
    if not found:
        raise _Wrong(f"there is no program “{wanted}” to send with.")
    return [found, *words[1:]]


def _which(program: str) -> str | None:
    places = [""] if "/" in program else [f"{folder}/" for folder in os.environ.get("PATH", os.defpath).split(":")]
    paths = [place + program for place in places]
    return next((path for path in paths if os.path.isfile(path) and os.access(path, os.X_OK)), None)


def _lint(raw: bytes, options: dict[str, str], flags: set[str]) -> Report:
    """The report of the resident process, and where none can be used, our own."""
    if "--alone" not in flags:
        from highnote import resident

        start = "--resident" in flags
        try:
            return resident.lint(raw, path=options["--socket"] or None, config=options["--config"] or None, start=start)
        except resident.Gone as error:
            if start:
                _say(f"highnote: working without a resident process: {error}.")
    from highnote.hooks.alone import local_lint

    return local_lint(options["--config"])(raw)


def _confirmed(verdict: Verdict) -> bool:
    """Ask on the terminal, whatever stdin and stdout are; without a terminal the answer is no."""
    try:
        with open("/dev/tty", "r+b", buffering=0) as terminal:
            terminal.write(b"highnote: send it as it is? [y/N] ")
            answer = terminal.readline(80)
    except OSError:
        return False
    agreed = answer.strip().lower() in (b"y", b"yes")
    if agreed:
        _say("highnote: sent as it is, as confirmed.")
    return agreed


def _send(command: list[str], rest: list[str], raw: bytes) -> int:
    """Become the real sendmail, the message on stdin without our header; returns only where that cannot be run."""
    import signal

    stdin = _file(strip_header(raw))
    try:
        os.dup2(stdin, 0)
        os.set_inheritable(0, True)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, a mail program does not expect that
        sys.stderr.flush()
        os.execve(command[0], [*command, *rest], {**os.environ, INSIDE: "sendmail"})
    except OSError as error:
        _say(f"highnote: not sent: {command[0]} cannot be run: {error.strerror}.")
    return UNAVAILABLE


def _file(data: bytes) -> int:
    """A descriptor to read `data` from, of a file without a name."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("message")
    else:
        import tempfile

        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _say(*lines: str) -> None:
    sys.stderr.write("".join(f"{line}\n" for line in lines))
