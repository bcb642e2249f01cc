"""What the rules about allow comments need: the comments, each with what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from highnote.reply import Proposal, Reply


def broken(reply: Reply, options: Mapping[str, Any]) -> Iterator[Proposal]:
    """The comments to highnote that allow nothing because they are not understood."""
    for allow in reply.parsed.draft.allows:
        if allow.fault:
            yield Proposal(allow.start, allow.end, fields={"problem": allow.fault})


def unused(reply: Reply, options: Mapping[str, Any]) -> Iterator[Proposal]:
    """Every allow comment that is understood; the linter, which knows what was found, drops those that allow something."""
    for allow in reply.parsed.draft.allows:
        if not allow.fault:
            yield Proposal(allow.start, allow.end, fields={"rule": allow.rule})
