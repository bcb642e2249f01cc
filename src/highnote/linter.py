"""The linter: a draft and its thread go in, a report comes out. It prints nothing and keeps no state between drafts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from highnote import reading
from highnote.acts import Acts
from highnote.config import Config
from highnote.draft import Draft
from highnote.finding import Edit, Finding, Message, Report, Suggestion
from highnote.language import Parsed, parse
from highnote.matching import Index, Matcher, compile_matcher, proposal_at
from highnote.pattern import Phrases
from highnote.reply import Proposal, Reply
from highnote.rewrite import fill, only_prose, suggestions
from highnote.rule import Act, Catalogue, Rule, RuleError, RuleErrors, load
from highnote.scorecard import scorecard

MAX_PASSES = 5
"""How often the safe suggestions are applied again at most, until none is left."""


class Linter:
    """Lints drafts; make one and use it again. Safe to share between threads.

    Raises RuleErrors for rule files that cannot be used and ConfigError for a configuration that cannot.
    """

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or Config()
        catalogue = load(self.config.rules)
        self.rules: tuple[Rule, ...] = tuple(rule for rule in catalogue.rules if self.config.wants(rule.id))
        phrases = Phrases(catalogue.lists)
        self._acts = Acts(_compile_all(catalogue.acts, phrases, self.config))
        self._matchers = _compile_all(self.rules, phrases, self.config)
        self._index = Index(self._matchers)
        self._blank = Catalogue((), catalogue.acts, catalogue.lists)

    def lint(
        self,
        draft: str | bytes | Path | Draft,
        thread: Sequence[Message] = (),
        date: datetime | None = None,
    ) -> Report:
        """Lint one draft: its text, the bytes of an e-mail, the path of a file, or a Draft.

        `thread` holds the messages before it, oldest first (without it, the messages quoted in the draft); `date` is when
        the reply goes out. Raises ReadingError for an input that cannot be read.
        """
        source = draft if isinstance(draft, Draft) else reading.read_text(draft) if isinstance(draft, str) else reading.read(draft)
        messages = tuple(thread) or source.quoted
        reply = self.read(source, messages, date)
        proposals = self.proposals(reply)
        findings = [self._finding(matcher, proposal, reply) for matcher, proposal in proposals]
        kept = [(f, m, p) for f, (m, p) in zip(findings, proposals, strict=True) if f.level.rank >= self.config.level.rank]
        mended = [f.model_copy(update={"suggestions": self._mend(f, m, p, reply, findings)}) for f, m, p in kept]
        mended.sort(key=lambda f: (f.start, f.end, -f.level.rank, f.rule))
        return Report(
            name=source.name,
            findings=tuple(mended),
            rewritten=self._rewrite(source, messages, date, mended),
            scorecard=scorecard(reply),
        )

    def lint_many(self, drafts: Iterable[str | bytes | Path | Draft]) -> Iterator[Report]:
        """Lint drafts as they come; one that cannot be read yields a report with its `error`."""
        for draft in drafts:
            try:
                yield self.lint(draft)
            except reading.ReadingError as error:
                yield Report(name=str(draft) if isinstance(draft, Path) else "draft", error=str(error))

    def read(
        self, draft: Draft, thread: Sequence[Message] = (), date: datetime | None = None, *, chat: bool | None = None
    ) -> Reply:
        """The draft with its sentences, acts and thread: what rules look at. `chat` overrules the configuration."""
        config = self.config
        return Reply(
            self._acts.annotate(parse(draft, config.model)),
            thread,
            self._read_message,
            date=date,
            chat=config.chat if chat is None else chat,
            valued=config.valued,
            agent_name=config.agent_name,
        )

    def proposals(self, reply: Reply) -> list[tuple[Matcher, Proposal]]:
        """What the patterns and checks propose, one proposal a rule and sentence, in the order of the draft."""
        found: dict[tuple[str, int | None, int], tuple[Matcher, Proposal]] = {}
        for number, (matcher, proposal) in enumerate(self.every_proposal(reply)):
            where = proposal.sentence.index if proposal.sentence else None
            found.setdefault((matcher.owner.id, where, 0 if where is not None else number), (matcher, proposal))
        return sorted(found.values(), key=lambda pair: (pair[1].start, pair[1].end, pair[0].owner.id))

    def every_proposal(self, reply: Reply) -> Iterator[tuple[Matcher, Proposal]]:
        """What every pattern proposes, a rule's earlier patterns first."""
        for sentence in reply.parsed.sentences:
            for m, p in self._index.candidates(sentence):
                for match in self._matchers[m].in_sentence(p, sentence, reply):
                    yield self._matchers[m], proposal_at(match, sentence, p)
        for m, p in self._index.draft_wide:
            for proposal in self._matchers[m].in_draft(p, reply):
                yield self._matchers[m], proposal

    def _read_message(self, text: str) -> Parsed:
        return self._acts.annotate(parse(Draft(text, reading.message_blocks(text)), self.config.model))

    def _finding(self, matcher: Matcher, proposal: Proposal, reply: Reply) -> Finding:
        rule = matcher.owner
        assert isinstance(rule, Rule)
        flag = rule.flag[proposal.pattern]
        text = reply.parsed.draft.source[proposal.start : proposal.end]
        return Finding(
            rule=rule.id,
            level=rule.level,
            message=fill(rule.message, {"text": _shortened(text), **proposal.fields}),
            why=" ".join(rule.why.split()),
            start=proposal.start,
            end=proposal.end,
            text=text,
            evidence=proposal.evidence,
            origin="check" if flag.check else "act" if flag.act or flag.absent else "pattern",
        )

    def _mend(
        self, finding: Finding, matcher: Matcher, proposal: Proposal, reply: Reply, findings: Sequence[Finding]
    ) -> tuple[Suggestion, ...]:
        """The suggestions that help: each edit removes its finding and adds none."""
        rule = matcher.owner
        assert isinstance(rule, Rule)
        offered = []
        for entry in rule.suggest:
            for suggestion in suggestions(proposal, entry, reply):
                if not suggestion.edits or self._helps(suggestion, finding, reply, findings):
                    offered.append(suggestion)
        return tuple(offered)

    def _helps(self, suggestion: Suggestion, finding: Finding, reply: Reply, findings: Sequence[Finding]) -> bool:
        draft = reply.parsed.draft
        if not only_prose(suggestion.edits, reply.parsed):
            return False
        after = self._again(draft, suggestion.edits, reply.thread, reply.date)
        before = [f.rule for f in findings]
        left = [f.rule for f in after]
        return left.count(finding.rule) < before.count(finding.rule) and all(left.count(r) <= before.count(r) for r in set(left))

    def _again(self, draft: Draft, edits: Iterable[Edit], thread: Sequence[Message], date: datetime | None) -> list[Finding]:
        edited = self.read(_reread(draft, edits), thread, date)
        return [self._finding(matcher, proposal, edited) for matcher, proposal in self.proposals(edited)]

    def _rewrite(
        self, draft: Draft, thread: Sequence[Message], date: datetime | None, findings: Sequence[Finding]
    ) -> str:
        """The draft with the safe suggestions applied, until none is left to apply."""
        for _ in range(MAX_PASSES):
            edits = [e for f in findings for s in f.suggestions[:1] if s.safe for e in s.edits]
            if not edits:
                break
            draft = _reread(draft, edits)
            reply = self.read(draft, thread, date)
            proposals = self.proposals(reply)
            every = [self._finding(matcher, proposal, reply) for matcher, proposal in proposals]
            findings = [
                f.model_copy(update={"suggestions": self._mend(f, m, p, reply, every)})
                for f, (m, p) in zip(every, proposals, strict=True)
                if f.level.rank >= self.config.level.rank
            ]
        return draft.source


@cache
def default_linter() -> Linter:
    """The linter with the default configuration, made once a process."""
    return Linter()


def _compile_all(owners: Sequence[Rule] | Sequence[Act], phrases: Phrases, config: Config) -> list[Matcher]:
    matchers, errors = [], list[RuleError]()
    for owner in owners:
        try:
            matchers.append(compile_matcher(owner, phrases, config.options.get(owner.id)))
        except RuleErrors as error:
            errors += error.errors
    if errors:
        raise RuleErrors(errors)
    return matchers


def _reread(draft: Draft, edits: Iterable[Edit]) -> Draft:
    return reading.read_text(draft.apply(edits), draft.name)


def _shortened(text: str, most: int = 60) -> str:
    """`text` on one line, its middle left out where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most // 2].rstrip()} … {line[-most // 3 :].lstrip()}"
