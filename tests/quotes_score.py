"""How often the reply is parted from its quote as expected, beside mail-parser-reply alone on the same files.

Usage: python tests/quotes_score.py [CORPORA] [--show]

CORPORA (or the environment variable HIGHNOTE_CORPORA) is the folder that holds the folders
`email-quotes-email_reply_trimmer` and `email-quotes-mail-parser-reply`; without it `shared/corpora` beside the
checkout.

The expected texts keep a signature in some files and drop it in others, so a reader passes a file when its reply with
or without its signature is the expected one; white space and list markers do not count. The library gets the same
favour (`latest_reply` or `body`), and all its languages.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from mailparser_reply import EmailReplyParser
from mailparser_reply.constants import MAIL_LANGUAGES

from highnote.draft import Zone
from highnote.reading import read_text

OWN = (Zone.GREETING, Zone.BODY, Zone.CLOSING)


def corpora(given: str | None = None) -> Path:
    """The folder of the corpora (it may be absent)."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "corpora"
    return Path(given or os.environ.get("HIGHNOTE_CORPORA") or beside)


def cases(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Name, mail and expected reply of each file."""
    root = folder / "email-quotes-email_reply_trimmer" / "test"
    for path in sorted((root / "emails").glob("*.txt")):
        yield path.name, path.read_text("utf-8"), (root / "trimmed" / path.name).read_text("utf-8")


def inputs(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and text of the mails that nothing is expected of but to be read."""
    for path in sorted((folder / "email-quotes-mail-parser-reply" / "test" / "emails").glob("*.txt")):
        yield path.name, path.read_text("utf-8")


def bare(text: str) -> str:
    """The text without white space and markers."""
    return re.sub(r"[\s>*•–-]", "", text)


def ours(mail: str) -> set[str]:
    """The reply as highnote reads it, without and with its signature."""
    blocks = read_text(mail).blocks
    return {
        bare("".join(block.text for block in blocks if block.zone in zones)) for zones in (OWN, (*OWN, Zone.SIGNATURE))
    }


def library(mail: str) -> set[str]:
    """The reply as mail-parser-reply reads it, with and without its signature."""
    message = EmailReplyParser(languages=list(MAIL_LANGUAGES)).read(mail)
    return {bare(message.latest_reply or ""), bare(message.replies[0].body if message.replies else "")}


def main() -> None:
    """Print the figures."""
    given = [argument for argument in sys.argv[1:] if argument != "--show"]
    folder = corpora(*given[:1])
    found = list(cases(folder))
    right = {name: (bare(expected) in ours(mail), bare(expected) in library(mail)) for name, mail, expected in found}
    print(f"highnote             {sum(mine for mine, _ in right.values())} of {len(found)}")
    print(f"mail-parser-reply    {sum(theirs for _, theirs in right.values())} of {len(found)}")
    if "--show" in sys.argv:
        print(*(name for name, (mine, _) in right.items() if not mine), sep="\n")
    print(f"read without a fault {sum(1 for _, mail in inputs(folder) if read_text(mail).source == mail)}")


if __name__ == "__main__":
    main()
