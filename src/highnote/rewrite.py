"""Suggestions: the edits that would mend a finding.

A suggestion is made from the rule's `suggest` entry and touches only prose of the finding's own zone. Whether it helps
is for the linter to say: it lints the edited draft again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from highnote import later
from highnote.checks.courtesy import shouted
from highnote.draft import Block, Draft, Zone
from highnote.finding import Edit, Suggestion
from highnote.language import Parsed, Sentence
from highnote.reply import Proposal, Reply
from highnote.rule import Suggest
from highnote.tokens import Token

BLANK = later.compile(r"\{[a-z_ ]+\}")
_KEEP = later.compile(r"https?://|www\.|\S@\S|\{\{|\{%|<[^>]+>")
_LEAD = later.compile(r"^[\s,;:–—-]+")
_TRAIL = later.compile(r"[\s,;:–—-]+$")


@dataclass(frozen=True, slots=True)
class Place:
    """A proposal with the prose around it: `start` and `end` are offsets into the text of the block."""

    reply: Reply
    sentence: Sentence
    start: int
    end: int

    @property
    def block(self) -> Block:
        return self.sentence.block

    @property
    def bounds(self) -> tuple[int, int]:
        """Where the sentence begins and ends in the block's text."""
        return self.sentence.begin, self.sentence.begin + len(self.sentence.text)

    def holds(self, token: Token) -> bool:
        """Whether the token is part of the flagged text, or begins in it."""
        return self.start <= self.sentence.begin + token.idx < self.end

    @property
    def before(self) -> str:
        """The part of the sentence before the flagged text."""
        return self.block.text[self.bounds[0] : self.start]

    @property
    def after(self) -> str:
        """The part of the sentence after the flagged text."""
        return self.block.text[self.end : self.bounds[1]]

    def edit(self, start: int, end: int, text: str) -> Edit:
        """An edit of the block's text, in source offsets."""
        source_start, source_end = self.block.source_span(start, end)
        return Edit(start=source_start, end=source_end, text=text)

    def capital(self, start: int, at: int, text: str = "") -> Edit:
        """An edit that puts `text` in the place of what comes before `at`, where then stands a capital."""
        letter = self.block.text[at]
        small = letter.upper() != letter  # a name, or the tag of a template, is not touched
        return self.edit(start, at + small, text + (letter.upper() if small else ""))


def suggestions(proposal: Proposal, suggest: Suggest, reply: Reply) -> Iterator[Suggestion]:
    """The suggestions that one `suggest` entry makes for a proposal (none where it does not fit)."""
    fields = {"text": reply.parsed.draft.source[proposal.start : proposal.end], **proposal.fields}
    if suggest.hint is not None:
        yield Suggestion(label=fill(suggest.hint, fields), edits=(), safe=False)
        return
    if proposal.sentence is None:
        return
    place = _place(proposal, reply)
    if place is None or _holds_what_must_stay(place):
        return
    edits: tuple[Edit, ...] = ()
    label, safe = "", True
    if suggest.delete is not None:
        edits, label = (
            _DELETES[suggest.delete](place),
            f"delete the {'words' if suggest.delete == 'match' else suggest.delete}",
        )
    elif suggest.replace is not None:
        kept = fields["text"]
        if "{text}" in suggest.replace:
            kept = kept.rstrip(".!")  # the sentence's mark ends what comes
        text = fill(suggest.replace, {**fields, "text": kept})
        end = place.end - (len(fields["text"]) - len(kept))
        edits, label = (place.edit(place.start, end, _cased(text, place.before)),), f"write “{text}”"
        safe = BLANK.search(text) is None
    elif suggest.move is not None:
        edits, label = _move_to_top(place), "move it to the top"
    elif suggest.rewrite is not None:
        edits, label = REWRITES[suggest.rewrite](place), suggest.rewrite.replace("_", " ")
    if edits:
        yield Suggestion(label=label, edits=edits, safe=safe)


def fill(template: str, fields: Mapping[str, str]) -> str:
    """`template` with the known blanks filled in; an unknown blank stays for the writer."""
    return BLANK.sub(lambda blank: fields.get(blank[0][1:-1], blank[0]), template)


def _place(proposal: Proposal, reply: Reply) -> Place | None:
    sentence = proposal.sentence
    assert sentence is not None
    first, last = sentence.tokens_at(proposal.start, proposal.end)
    if first == last:
        return None
    doc, begin = sentence.span.doc, sentence.begin
    return Place(reply, sentence, begin + doc[first].idx, begin + doc[last - 1].idx + len(doc[last - 1]))


def _holds_what_must_stay(place: Place) -> bool:
    return bool(_KEEP.search(place.block.text[place.start : place.end]))


def _cased(text: str, before: str) -> str:
    """`text` with a capital where it begins the sentence."""
    return text if before.strip() else text[:1].upper() + text[1:]


def _capital_at(place: Place, at: int) -> Edit | None:
    """The edit that writes the character at `at` as a capital, where it is a small letter."""
    letter = place.block.text[at : at + 1]
    return place.edit(at, at + 1, letter.upper()) if letter.islower() else None


def _delete_match(place: Place) -> tuple[Edit, ...]:
    """Take the flagged words out; what is left must still be a clause with a subject and a verb."""
    begin = place.bounds[0]
    before, after = place.before, place.after
    if not _stands_alone(place):
        return _delete_sentence(place)
    if not before.strip():
        lead = _LEAD.match(after)
        at = place.end + (len(lead[0]) if lead else 0)
        capital = _capital_at(place, at)
        if capital:
            return (Edit(start=place.edit(begin, at, "").start, end=capital.end, text=capital.text),)
        return (place.edit(begin, at, ""),)
    start = place.start - (len(before) - len(before.rstrip(" ,;:–—-")))
    if not re.search(r"\w", after):
        return (place.edit(start, place.end, ""),)
    lead = _LEAD.match(after)
    both_commas = before.rstrip().endswith(",") and after.lstrip().startswith(",")
    end = place.end + (len(lead[0]) if lead else 0)
    keeps = ", " if not both_commas and after.lstrip().startswith(",") else " "
    return (place.edit(start, end, keeps),)


def _stands_alone(place: Place) -> bool:
    """Whether the sentence without the flagged words still has a finite clause with a subject."""
    for clause in place.sentence.clauses:
        own = [t for t in clause.tokens if not place.holds(t)]
        outside = not place.holds(clause.verb)
        parent = clause.parent
        # "Rest assured that it ships today": what was reported stands alone once the words that report it are gone.
        freed = clause.link == "report" and parent is not None and place.holds(parent.verb)
        if (
            outside
            and clause.tense
            and (clause.link in ("", "contrast") or freed)
            and (clause.subject != "nobody" or clause.mood == "imperative")
        ):
            return len(own) > 1
    return False


def _delete_sentence(place: Place) -> tuple[Edit, ...]:
    """Take the whole sentence out, with its block where it fills it; never the only sentence of the body."""
    if len(place.reply.body) < 2:
        return ()
    begin, finish = place.bounds
    text, block = place.block.text, place.block
    if begin == 0 and finish >= len(text.rstrip()):
        return (_delete_block(place.reply.parsed.draft, block),)
    while finish < len(text) and text[finish] == " ":
        finish += 1
    if finish >= len(text):
        while begin > 0 and text[begin - 1] == " ":
            begin -= 1
    return (place.edit(begin, finish, ""),)


def _delete_block(draft: Draft, block: Block) -> Edit:
    """Take a block out with the blank line that follows it."""
    start, end = block.source_span(0, len(block.text))
    tail = re.match(r"[ \t]*\r?\n(?:[ \t]*\r?\n)*", draft.source[end:])
    if tail:
        return Edit(start=start, end=end + len(tail[0]), text="")
    head = re.search(r"\s*\Z", draft.source[:start])
    return Edit(start=start - (len(head[0]) if head else 0), end=end, text="")


def _delete_clause(place: Place) -> tuple[Edit, ...]:
    """Take out the smallest clause that holds the flagged words, with the word that links it."""
    holding = [clause for clause in place.sentence.clauses if clause.link and any(map(place.holds, clause.tokens))]
    if not holding:
        return _delete_match(place)
    clause = min(holding, key=lambda c: c.end - c.start)
    doc = place.sentence.span.doc
    last = doc[clause.end - 1]
    end = last.idx + (0 if last.is_punct else len(last))
    begin = place.sentence.begin
    wider = Place(place.reply, place.sentence, begin + doc[clause.start].idx, begin + end)
    return _delete_match(wider)


def _move_to_top(place: Place) -> tuple[Edit, ...]:
    """Put the sentence at the head of the body."""
    begin, finish = place.bounds
    return _at_the_top(place, place.block.written(begin, finish))


def _at_the_top(place: Place, words: str) -> tuple[Edit, ...]:
    """Put `words` at the head of the body and take the sentence out; what was first begins with a capital still."""
    first = place.reply.body[0]
    if first.index == place.sentence.index:
        return ()
    stop = "" if words[-1:] in ".!?" else "."
    begin = first.begin
    letters = first.block.text[begin : begin + 2]
    small = letters.islower() and len(letters) == 2  # not "iPhone"
    start, end = first.block.source_span(begin, begin + small)
    return (
        Edit(start=start, end=end, text=f"{words}{stop} {letters[:1].upper() if small else ''}"),
        *_delete_sentence(place),
    )


_AGAIN = later.compile(
    r"^(?:once )?(?:again|more)\b,?\s*|,? (?:once )?(?:again|more)\b,?(?=\W*(?:$|for|about|that|from|over|on))|, too,",
    re.IGNORECASE,
)


def _apologise_first(place: Place) -> tuple[Edit, ...]:
    """Put the apology at the head of the body, without the "again" that made sense only at the end."""
    begin, finish = place.bounds
    once = _AGAIN.sub("", place.block.written(begin, finish)).strip()
    return _at_the_top(place, f"{once[:1].upper()}{once[1:]}")


def _split_but(place: Place) -> tuple[Edit, ...]:
    """“I'm sorry, but X” becomes two sentences: the apology keeps its own."""
    text = place.block.text
    match = re.compile(r"\s*[,;–—-]?\s*\b(?:but|however|though|yet)\b,?\s*", re.IGNORECASE).search(
        text, place.start, place.bounds[1]
    )
    if (
        not match
        or not re.search(r"\w", text[match.end() : place.bounds[1]])
        or not re.search(r"\w", text[: match.start()])
    ):
        return ()
    return (place.capital(match.start(), match.end(), ". "),)


def _small_letters(place: Place) -> tuple[Edit, ...]:
    """Shouted words in small letters, one mark for several; acronyms and names keep their capitals."""
    text = place.block.text[place.start : place.end]
    calm = text
    for start, end in shouted(text):
        calm = calm[:start] + calm[start:end].lower() + calm[end:]
    calm = re.sub(r"[!?]{2,}", lambda marks: "?" if "?" in marks[0] else "!", calm)
    return (place.edit(place.start, place.end, _cased(calm, place.before)),) if calm != text else ()


_JOINS = later.compile(
    r"^[\s,;:–—-]+(?:(?:but|so|and|yet|still|only|even so|that said|however)\b[\s,]*)?", re.IGNORECASE
)


_ANNOUNCES = later.compile(r"\b(?:advised|aware|informed|reminded|assured|mindful|note|noted) that$", re.IGNORECASE)
_LEFT_HANGING = later.compile(r"\b(?:but|and|so|or|hey|well|yet|only)\W*$", re.IGNORECASE)


def _drop_aside(place: Place) -> tuple[Edit, ...]:
    """Take out an aside that the sentence does not need: set off by commas, or “please be advised that”.

    Nothing is offered where the flagged words are woven into the sentence, or where what follows could not begin one.
    """
    text, before, after = place.block.text, place.before, place.after
    closes = not re.search(r"\w", after)
    if before.strip():
        set_off = re.search(r"[,;–—]\s*$", before) and (closes or re.match(r"\s*,", after))
        fits = set_off and not _LEFT_HANGING.search(before) and _stands_alone(place)
        return _delete_match(place) if fits else ()
    opens_clause = _ANNOUNCES.search(text[place.start : place.end])
    joint = re.match(r"\s+", after) if opens_clause else re.match(r"(?=\s*[,;:–—-])", after) and _JOINS.match(after)
    if closes or not joint or not _begins_sentence(place, place.end + joint.end()):
        return ()
    at = place.end + joint.end()
    if re.match(r"\w+\s*[:.!?]", text[at:]):  # a word alone ("then:", "Ann.") is no sentence
        return ()
    return (place.capital(place.bounds[0], at),)


def _begins_sentence(place: Place, at: int) -> bool:
    """Whether the first word from `at` on is a subject, or the start of an order, of a main clause."""
    at -= place.sentence.begin
    for clause in place.sentence.clauses:
        first = next((t for t in clause.tokens if t.idx >= at and not t.is_punct), None)
        if first is None or first.idx != at or (not clause.tense and clause.mood != "imperative"):
            continue
        if clause.verb.idx < at:
            continue
        return first.dep_ not in ("mark", "cc") and clause.link not in (
            "relative",
            "cause",
            "purpose",
            "time",
            "concession",
        )
    return False


_KNOWING = later.compile(
    r"(, )?\b(?:obviously|evidently|naturally|plainly|clearly|of course|simply|merely|needless to say)\b(,)?\s+",
    re.IGNORECASE,
)


def _drop_knowing_word(place: Place) -> tuple[Edit, ...]:
    """Take the “obviously” or “simply” out of the flagged words."""
    text = place.block.text
    word = _KNOWING.search(text, place.bounds[0], place.bounds[1])
    if not word or word.start() >= place.end or word.end() <= place.start:
        return ()
    if not text[place.bounds[0] : word.start()].strip():
        return (place.capital(place.bounds[0], word.end()),)
    aside = word[1] and word[2]
    return (place.edit(word.start(), word.end(), " " if aside else word[1] or ""),)


_DELETES: Mapping[str, Callable[[Place], tuple[Edit, ...]]] = {
    "match": _delete_match,
    "clause": _delete_clause,
    "sentence": _delete_sentence,
}
REWRITES: Mapping[str, Callable[[Place], tuple[Edit, ...]]] = {
    "split_but": _split_but,
    "apologise_first": _apologise_first,
    "small_letters": _small_letters,
    "drop_aside": _drop_aside,
    "drop_knowing_word": _drop_knowing_word,
}
"""Rewrites that a rule file names in `suggest: [{rewrite: …}]`."""


def only_prose(edits: tuple[Edit, ...], parsed: Parsed) -> bool:
    """Whether no edit reaches into a quote or a signature."""
    guarded = [
        block.source_span(0, len(block.text))
        for block in parsed.draft.blocks
        if block.zone in (Zone.QUOTE, Zone.SIGNATURE) and block.text
    ]
    return not any(edit.start < end and start < edit.end for edit in edits for start, end in guarded)
