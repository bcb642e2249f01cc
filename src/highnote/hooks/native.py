"""The process behind the Thunderbird extension: requests on stdin, verdicts on stdout (native messaging).

A message is its length (four bytes in the machine's order) and JSON in UTF-8. Requests are `{"id", "action": "warm"}`
and `{"id", "action": "check", "format": "text" | "html", "from", "body"}`; an answer carries the request's `id`.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from collections.abc import Mapping
from typing import Any, BinaryIO

from highnote.hooks.verdict import Lint, judge_message

Answer = dict[str, Any]
MAX_ANSWER = 1_000_000
"""Bytes of the longest answer, a little less than the limit of native messaging."""
_WARMING = b"From: a\nTo: b\n\nHi Ann,\n\nAs I said, the refund takes five days.\n"


def serve(source: BinaryIO, sink: BinaryIO, lint: Lint) -> None:
    """Answer requests until `source` ends; nothing that a request asks for ends the process."""
    while (request := _read(source)) is not None:
        _write(sink, {**answer(request, lint), "id": request.get("id")})


def answer(request: Mapping[str, Any], lint: Lint) -> Answer:
    """What the extension needs: may the draft go, what is there to mend, and the draft with the safe rewrites."""
    if request.get("action") == "warm":
        return {"error": judge_message(_WARMING, lint).error}
    head = _head(str(request.get("from") or ""), str(request.get("format")))
    verdict = judge_message((head + str(request.get("body") or "")).encode("utf-8", "replace"), lint)
    if verdict.error is not None:
        return {"error": verdict.error.rstrip(".")}
    draft = verdict.report["drafts"][0]
    rewritten = draft["rewritten"]
    return {
        "passes": verdict.passes,
        "findings": draft["findings"],
        "fixable": verdict.report["summary"]["fixable"],
        "rewritten": rewritten[len(head) :] if rewritten and rewritten.startswith(head) else None,
    }


def _head(sender: str, format: str) -> str:
    """The head of an e-mail whose body is the draft, so that who writes it is known."""
    written = " ".join(sender.split())
    kind = "text/html" if format == "html" else "text/plain"
    return f"From: {written}\nSubject:\nContent-Type: {kind}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"


def _read(source: BinaryIO) -> Mapping[str, Any] | None:
    """The next request; None at the end of the input or where it makes no sense."""
    head = source.read(4)
    if len(head) < 4:
        return None
    try:
        request = json.loads(source.read(struct.unpack("=I", head)[0]))
    except ValueError:
        return None
    return request if isinstance(request, dict) else None


def _write(sink: BinaryIO, answer: Answer) -> None:
    data = json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace")
    if len(data) > MAX_ANSWER:
        data = json.dumps({"id": answer["id"], "error": "there is too much to say about this message"}).encode()
    sink.write(struct.pack("=I", len(data)) + data)
    sink.flush()


def main(argv: list[str]) -> None:
    """Serve Thunderbird, `argv` being `[--config FILE]` and what Thunderbird adds.

    Whatever else prints goes to stderr, for stdout holds the answers.
    """
    from highnote.hooks.alone import resident_or_local_lint

    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    config = argv[1] if argv[:1] == ["--config"] else ""
    serve(sys.stdin.buffer, sink, resident_or_local_lint(config))


if __name__ == "__main__":
    main(sys.argv[1:])
