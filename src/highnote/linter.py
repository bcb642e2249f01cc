"""The linter: a draft and its thread go in, a report comes out. It prints nothing and keeps no state between drafts."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from highnote import reading
from highnote.acts import Acts
from highnote.config import Config, matches
from highnote.draft import Draft
from highnote.english import is_english
from highnote.finding import Edit, Finding, Level, Message, Report, Scorecard, Suggestion
from highnote.grammar import Proof, proof
from highnote.judge import Judge
from highnote.language import PROSE, Known, Parsed, parse
from highnote.languagetool import Companion
from highnote.matching import Matcher, compile_matcher
from highnote.model import load as load_model
from highnote.pattern import PhrasePattern, Phrases
from highnote.phrasebook import keep, open_phrases
from highnote.proposing import Proposed, Proposer, standing
from highnote.reply import Conversation, Proposal, Reply
from highnote.rewrite import BLANK, fill, only_prose, suggestions
from highnote.rule import Act, Rule, RuleError, RuleErrors, load
from highnote.scorecard import scorecard, weakest
from highnote.ways import together

REASONS = 3
"""How many reasons of the judge a finding names at most."""
MAX_PROSE = 100_000
"""Characters of prose that a draft may hold: a longer text is no reply, and would take a minute."""
NOT_ENGLISH = "This draft does not read as English, and highnote's rules know no other language: they were left out."
KEPT = 500
"""Sentences whose reading is remembered: those of the draft that is being written, and what is said in many."""
THREADS = 16
"""Threads whose reading is remembered: a draft is linted again and again while it is written."""
MAX_PASSES = 5
"""How often the safe suggestions are applied again at most, until none is left."""
TONE = frozenset(["rebuke", "last-word", "courtesy", "upsell", "compensation"])
"""Categories about the tone of a reply. The short turns of a chat play with it: of 33 less certain findings on real turns
five were right."""
SURE_OF_TONE = 0.9
"""The least confidence of a finding about tone in a chat."""
SURE_IN_TALK = 0.8
"""The least confidence of any other finding in a chat: of 306 less certain ones on real turns 197 were right."""
SUBSTANCE = frozenset(["stock", "resolution", "runaround"])
"""Categories about what a reply does for its reader, which matters less to somebody at ease."""
SURE_AT_EASE = 0.97
"""The least confidence of a finding about that in a chat with a customer who tells of no trouble: of 15 less certain ones
on real turns that nobody had tuned on seven were right."""
UNUSED = "allow/unused"
"""The rule whose check proposes every allow comment; those that allow something are dropped here."""
UNFILLED = "stock/placeholder"
"""The rule that a suggestion with a blank for its writer may break."""


@dataclass(frozen=True, slots=True)
class Job:
    """A draft to lint, with the messages before it (oldest first) and the moment when the reply goes out."""

    draft: str | bytes | Path | Draft
    thread: Sequence[Message] = ()
    date: datetime | None = None


_Found = tuple[Finding, Matcher, Proposal]


@dataclass(frozen=True, slots=True)
class _Seen:
    """One way that a draft comes out, with what the patterns propose and the judge lets stand."""

    reply: Reply
    found: tuple[_Found, ...]

    @property
    def findings(self) -> list[Finding]:
        return [finding for finding, _, _ in self.found]


@dataclass(frozen=True, slots=True)
class _Run:
    """The linting of one draft: its circumstances, and what was seen of it and of its mended forms."""

    thread: Sequence[Message]
    date: datetime | None
    seen: dict[tuple[str, ...], _Seen] = field(default_factory=dict)


class Linter:
    """Lints drafts; make one and use it again. Safe to share between threads.

    Raises RuleErrors for rule files that cannot be used and ConfigError for a configuration that cannot.
    """

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or Config()
        catalogue = load(self.config.rules)
        self.rules: tuple[Rule, ...] = tuple(rule for rule in catalogue.rules if self.config.wants(rule.id))
        phrases = open_phrases(catalogue.lists)
        phrases.thorough = self.config.parse == "full"
        self._acts = Acts(_compile_all(catalogue.acts, phrases, self.config))
        self._matchers = _compile_all(self.rules, phrases, self.config)
        keep(phrases)
        self._known = Known(KEPT if self.config.parse == "quick" else 0)
        self._conversation = lru_cache(THREADS)(partial(Conversation, read=self._read_message))
        judge = self.config.judge
        self._judge = Judge.load(judge if isinstance(judge, Path) else None) if judge else None
        self._proposer = Proposer(self._matchers, self._judge, self._least)
        self._companion = _companion(self.config)

    def but(self, **changes: Any) -> Linter:
        """This linter, its rules already compiled, under other circumstances (`chat`, `valued`, `agent_name` …)."""
        other = object.__new__(Linter)  # `copy` would compile the rules again: see `__reduce__`
        other.__dict__.update(self.__dict__)
        other.config = self.config.model_copy(update=changes)
        if "min_confidence" in changes:
            other._proposer = Proposer(other._matchers, other._judge, other._least)
        if "grammar" in changes:
            other._companion = _companion(other.config)
        return other

    @property
    def untriggered(self) -> tuple[str, ...]:
        """The phrases of the rules that need no word in particular: they are tried on every sentence."""
        patterns = (flag.pattern for matcher in self._matchers for flag in matcher.flags)
        return tuple(p.text for p in patterns if isinstance(p, PhrasePattern) and not p.needs)

    def lint(
        self,
        draft: str | bytes | Path | Draft,
        thread: Sequence[Message] = (),
        date: datetime | None = None,
    ) -> Report:
        """Lint one draft: its text, the bytes of an e-mail, the path of a file, or a Draft.

        `thread` holds the messages before it, oldest first (without it, the messages quoted in the draft); `date` is
        when the reply goes out. Raises ReadingError for an input that cannot be read.
        """
        source = _source(draft)
        run = _Run(thread, date)
        seen, english = self._see(source, run)
        proofs = None
        if self._companion is not None:
            proofs = proof(self._companion, source, seen[0].reply.thread, english, self.config.agent_name)
        mended = self._findings(source, seen, run, proofs)
        rewritten = self._rewrite(source, mended, run, proofs)
        findings = [*mended, *self._slips(source, mended, proofs)]
        findings.sort(key=lambda f: (f.start, f.end, -f.level.rank, f.rule))
        notes = (*source.notes, "" if english else NOT_ENGLISH, proofs.note if proofs else "")
        report = Report(
            name=source.name,
            entry=source.origin.entry if source.origin else "",
            findings=tuple(findings),
            rewritten=rewritten,
            notes=tuple(note for note in notes if note),
        )
        return report.weighed_by(partial(self._weighed, source, thread, date))

    def scorecard(
        self,
        draft: str | bytes | Path | Draft,
        thread: Sequence[Message] = (),
        date: datetime | None = None,
    ) -> Scorecard:
        """What a draft does, without its findings. Raises ReadingError for an input that cannot be read."""
        return self._weighed(_source(draft), thread, date)

    def lint_many(self, drafts: Iterable[str | bytes | Path | Draft | Job], *, processes: int = 1) -> Iterator[Report]:
        """Lint drafts as they come, in their order; one that cannot be read yields a report with its `error`.

        With several `processes`, each has a linter of its own, and a few drafts are taken ahead. Where processes cannot be
        forked (Windows, macOS, or other threads running), a script that calls this needs `if __name__ == "__main__":`.
        Raises WorkerError when one of the processes dies.
        """
        jobs = (item if isinstance(item, Job) else Job(item) for item in drafts)
        if processes <= 1:
            return map(self._report, jobs)
        load_model(self.config.model)  # here, so that forked processes share it
        return self._in_processes(jobs, processes)

    def _in_processes(self, jobs: Iterable[Job], processes: int) -> Iterator[Report]:
        from highnote.processes import in_order

        sent: deque[Job] = deque()

        def remembered() -> Iterator[Job]:
            for job in jobs:
                sent.append(job)
                yield job

        for report in in_order(partial(_reporter, self), remembered(), processes):
            job = sent.popleft()
            yield (
                report if report.error else report.weighed_by(partial(self.scorecard, job.draft, job.thread, job.date))
            )

    def __reduce__(self) -> tuple[Callable[[Config], Linter], tuple[Config]]:
        """Another process makes its own from the configuration: compiled rules cannot be sent."""
        return Linter, (self.config,)

    def _report(self, job: Job) -> Report:
        """The report of one of many: reading errors are part of it."""
        draft = job.draft
        try:
            return self.lint(draft, job.thread, job.date)
        except reading.ReadingError as error:
            name = draft.name if isinstance(draft, Draft) else str(draft) if isinstance(draft, Path) else "draft"
            return Report(name=name, error=str(error))

    def read(
        self, draft: Draft, thread: Sequence[Message] = (), date: datetime | None = None, known: Known | None = None
    ) -> Reply:
        """The draft with its sentences, acts and thread: what rules look at. sentences that are `known` are not read again."""
        config = self.config
        return Reply(
            self._acts.annotate(parse(draft, config.model, known or self._known, at_once=config.parse == "full")),
            self._conversation(tuple(thread)),
            date=date,
            chat=config.chat,
            valued=config.valued,
            agent_name=config.agent_name,
            blanks=config.blanks,
        )

    def _read_message(self, text: str) -> Parsed:
        return self._acts.annotate(parse(Draft(text, reading.message_blocks(text)), self.config.model, self._known))

    def proposals(self, reply: Reply) -> list[Proposed]:
        """What the patterns and checks propose, one proposal a rule and sentence, in the order of the draft."""
        return self._proposer.chosen(reply)

    def every_proposal(self, reply: Reply) -> Iterator[Proposed]:
        """What every pattern proposes, a rule's earlier patterns first."""
        return self._proposer.every(reply)

    def _finding(self, matcher: Matcher, proposal: Proposal, reply: Reply, confidence: float) -> Finding:
        rule = matcher.owner
        assert isinstance(rule, Rule)
        flag = rule.flag[proposal.pattern]
        text = reply.parsed.draft.source[proposal.start : proposal.end]
        fields = {"text": text, **{name: _as_written(words, proposal) for name, words in proposal.fields.items()}}
        return Finding(
            rule=rule.id,
            level=rule.level,
            message=fill(
                rule.message,
                {name: words if name == "problem" else _shortened(words) for name, words in fields.items()},
            ),
            why=" ".join(rule.why.split()),
            start=proposal.start,
            end=proposal.end,
            text=text,
            evidence=proposal.evidence,
            confidence=round(confidence, 3),
            origin="check" if flag.check else "act" if flag.act or flag.absent else "pattern",
        )

    def confidence(self, matcher: Matcher, proposal: Proposal, reply: Reply) -> float | None:
        """How sure the judge is of a proposal (0 to 1; 1 where it has no say), or None where it objects."""
        rule = matcher.owner.id
        if self._judge is None or proposal.sentence is None or not matcher.told_by_words:
            return 1.0
        judged, key = proposal.sentence.words.judged, (rule, proposal.pattern, proposal.also)
        if key not in judged:
            known = standing(proposal.sentence, self._judge)
            judged[key] = self._judge.confidence(rule, known, matcher.patterns(proposal))
        sure: float | None = judged[key]
        if sure is None:
            return 1.0
        return sure if sure >= self._asked(rule, reply) else None

    def _least(self, rule: str) -> float:
        """The confidence below which a proposal is dropped."""
        if self.config.min_confidence is not None:
            return self.config.min_confidence
        return self._judge.threshold(rule) if self._judge else 0.0

    def _asked(self, rule: str, reply: Reply) -> float:
        """The confidence that a proposal needs in the circumstances of a reply."""
        least = self._least(rule)
        in_talk = self.config.min_confidence is None and reply.chat and reply.asked is not None
        if not in_talk:
            return least
        category = rule.partition("/")[0]
        if category in SUBSTANCE and not reply.situation.troubled:
            return max(least, SURE_AT_EASE)
        return max(least, SURE_OF_TONE if category in TONE else SURE_IN_TALK)

    def _explained(self, finding: Finding, proposal: Proposal, reply: Reply) -> Finding:
        """The finding with what made the judge let it stand."""
        if self._judge is None or proposal.sentence is None or finding.rule not in self._judge.rules:
            return finding
        judged = proposal.sentence.words.judged
        if finding.rule not in judged:
            strongest = self._judge.reasons(finding.rule, proposal.sentence.words.tokens, n=4 * REASONS)
            judged[finding.rule] = tuple(reason.words for reason in strongest if reason.weight > 0)[:REASONS]
        told = {"threshold": self._asked(finding.rule, reply), "reasons": judged[finding.rule]}
        return finding.model_copy(update=told)

    def _judged(self, reply: Reply) -> list[_Found]:
        """The findings of a reply: what the patterns propose and the judge lets stand."""
        found = []
        for matcher, proposal in self._proposer.chosen(reply, hopeless=self.config.parse == "full"):
            sure = self.confidence(matcher, proposal, reply)
            if sure is not None:
                found.append((self._finding(matcher, proposal, reply, sure), matcher, proposal))
        return found

    def _see(self, source: Draft, run: _Run) -> tuple[tuple[_Seen, ...], bool]:
        """The ways that the draft comes out (one, unless it is a template), each with all that is found in it.

        Nothing is found in a draft that is not English, which the second value says.
        """
        seen = tuple(self._see_one(way, run) for way in source.ways or (source,))
        english = is_english(seen[0].reply.parsed)
        return seen if english else tuple(_Seen(one.reply, ()) for one in seen), english

    def _weighed(self, source: Draft, thread: Sequence[Message], date: datetime | None) -> Scorecard:
        """The scorecard of a draft, in the way that it comes out worst."""
        replies = [self._reply(way, thread, date) for way in source.ways or (source,)]
        return weakest([scorecard(reply, self._flagged(reply)) for reply in replies])

    def _flagged(self, reply: Reply) -> frozenset[int]:
        """The sentences with an error or warning."""
        found = ((finding, proposal.sentence) for finding, _, proposal in self._judged(reply))
        return frozenset(s.index for finding, s in found if s is not None and finding.level is not Level.INFO)

    def _reply(self, draft: Draft, thread: Sequence[Message], date: datetime | None) -> Reply:
        """The draft as read, with its thread: the messages that it quotes, where no others are given."""
        return self.read(draft, tuple(thread) or draft.quoted, date)

    def _see_one(self, draft: Draft, run: _Run) -> _Seen:
        """All that is found in a draft as it stands; the same text is looked at once in a run."""
        key = (draft.source, *(block.text for block in draft.blocks))
        if key not in run.seen:
            reply = self._reply(draft, run.thread, run.date)
            run.seen[key] = _Seen(reply, tuple(self._judged(reply)))
        return run.seen[key]

    def _findings(self, source: Draft, seen: Sequence[_Seen], run: _Run, proofs: Proof | None) -> list[Finding]:
        """What is to be reported, in the order of the draft: from the level on, not allowed, each place once."""
        ignored = self.config.ignored_in(source.name)
        allowed, idle = self._allowed(seen)
        mended = []
        for way, number, told in together([(one.reply.parsed.draft, one.findings) for one in seen]):
            found = seen[way].found[number]
            finding, _, proposal = found
            if (way, number) in allowed or (finding.rule == UNUSED and (finding.start, finding.end) not in idle):
                continue
            if finding.level.rank >= self.config.level.rank and not any(
                matches(name, finding.rule) for name in ignored
            ):
                helped = self._mended((finding, *found[1:]), way, seen, run, proofs)
                mended.append(self._explained(helped.model_copy(update={"message": told}), proposal, seen[way].reply))
        return sorted(mended, key=lambda f: (f.start, f.end, -f.level.rank, f.rule))

    def _allowed(self, seen: Sequence[_Seen]) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
        """The findings (way and number) that comments allow, and the places of allows that allow nothing."""
        allowed, used, judged = set(), set(), set()
        for way, one in enumerate(seen):
            rules = [rule.id for rule in self.rules if rule.scope != "thread" or one.reply.thread]
            for allow in one.reply.parsed.draft.allows:
                here = (allow.start, allow.end)
                if not allow.fault and any(matches(allow.rule, rule) for rule in rules):
                    judged.add(here)
                for number, finding in enumerate(one.findings):
                    own = finding.rule.startswith("allow/") or not matches(allow.rule, finding.rule)
                    if not own and allow.holds_for(finding.start, finding.end):
                        allowed.add((way, number))
                        used.add(here)
        return allowed, judged - used

    def _mended(self, found: _Found, way: int, seen: Sequence[_Seen], run: _Run, proofs: Proof | None) -> Finding:
        """The finding with the suggestions that help: each edit removes its finding, and adds none and no slip of grammar."""
        finding, matcher, proposal = found
        rule, reply = matcher.owner, seen[way].reply
        assert isinstance(rule, Rule)
        offered = tuple(
            proved
            for number, entry in enumerate(rule.suggest)
            if matcher.suggests(number, proposal.sentence, reply)
            for suggestion in suggestions(proposal, entry, reply)
            if not suggestion.edits or self._helps(suggestion, finding, way, seen, run)
            if (proved := proofs.proved(suggestion, reply.parsed.draft) if proofs else suggestion)
        )
        return finding.model_copy(update={"suggestions": offered}) if offered else finding

    def _helps(self, suggestion: Suggestion, finding: Finding, way: int, seen: Sequence[_Seen], run: _Run) -> bool:
        """Whether a suggestion removes its finding and adds none, in every way that the draft comes out."""
        own = seen[way].reply.parsed
        if not only_prose(suggestion.edits, own) or not own.draft.permits(suggestion.edits):
            return False
        for number, one in enumerate(seen):
            draft = one.reply.parsed.draft
            edited = draft.edited(suggestion.edits)
            if number != way and [b.text for b in edited.blocks] == [b.text for b in draft.blocks]:
                continue
            before = Counter(f.rule for f in one.findings)
            before[UNFILLED] += sum(len(BLANK.findall(edit.text)) for edit in suggestion.edits)  # left for the writer
            after = Counter(f.rule for f in self._see_one(edited, run).findings)
            if not after <= before or (number == way and after[finding.rule] >= before[finding.rule]):
                return False
        return True

    def _slips(self, draft: Draft, findings: Sequence[Finding], proofs: Proof | None) -> list[Finding]:
        """What LanguageTool found, except at the very places of our own findings."""
        if proofs is None or self.config.level is Level.ERROR:
            return []
        places = {(finding.start, finding.end) for finding in findings}
        return [
            slip
            for slip in proofs.findings(draft)
            if (slip.start, slip.end) not in places and not self.config.ignores(slip.rule)
        ]

    def _rewrite(self, draft: Draft, findings: Sequence[Finding], run: _Run, proofs: Proof | None) -> str:
        """The draft with the safe suggestions applied, until none is left to apply."""
        for _ in range(MAX_PASSES):
            edited = draft.edited(_safe_edits(findings, draft, proofs))
            if edited is draft:
                break
            draft = edited
            findings = self._findings(draft, self._see(draft, run)[0], run, proofs)
        return draft.source


def _source(draft: str | bytes | Path | Draft) -> Draft:
    """A draft, read. Raises ReadingError for one that cannot be read, or is too long for a reply."""
    source = draft if isinstance(draft, Draft) else reading.read(draft)
    for way in source.ways or (source,):
        prose = sum(len(block.text) for block in way.blocks if block.zone in PROSE)
        if prose > MAX_PROSE:
            raise reading.ReadingError(
                f"{source.name} holds {prose:,} characters of prose, more than any reply ({MAX_PROSE:,}): lint its parts."
            )
    return source


def _reporter(linter: Linter) -> Callable[[Job], Report]:
    return linter._report


def _companion(config: Config) -> Companion | None:
    return Companion(config.grammar) if config.grammar.enabled else None


def _safe_edits(findings: Sequence[Finding], draft: Draft, proofs: Proof | None) -> list[Edit]:
    """The edits of each finding's first safe suggestion, without those that meet an earlier one's.

    Without those, too, that make a slip of grammar together.
    """
    safe: list[tuple[Edit, ...]] = []
    for finding in findings:
        edits = next((suggestion.edits for suggestion in finding.suggestions if suggestion.safe), ())
        if not any(new.start < old.end and old.start < new.end for new in edits for chosen in safe for old in chosen):
            safe.append(edits)
    together = [edit for edits in safe for edit in edits]
    if proofs is None or not proofs.added(draft, draft.edited(together)):
        return together
    chosen: list[Edit] = []
    for edits in safe:
        if not proofs.added(draft, draft.edited([*chosen, *edits])):
            chosen += edits
    return chosen


def _as_written(words: str, proposal: Proposal) -> str:
    """Words of a template's prose with the tags that stand in them, not with what stands for the tags."""
    block = proposal.sentence.block if proposal.sentence else None
    if block is None or not block.slots or (at := block.text.find(words)) < 0:
        return words
    return block.written(at, at + len(words))


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


def _shortened(text: str, most: int = 60) -> str:
    """`text` on one line, its middle left out where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most // 2].rstrip()} … {line[-most // 3 :].lstrip()}"
