"""Reads turns one after the other: each becomes a question that stands on its own, or a plan over earlier answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from chains.agent.follow_up import rewrite
from chains.agent.follow_up.amending import amended
from chains.agent.follow_up.combining import REFUSED, combined, operation_words, refused
from chains.agent.follow_up.compounding import compounded
from chains.agent.follow_up.contrasting import renamed
from chains.agent.follow_up.contributing import between_two, contributed
from chains.agent.follow_up.counting import counted_again, counted_noun
from chains.agent.follow_up.cues import plain, pronoun, says, supposes, tables
from chains.agent.follow_up.earlier import Earlier
from chains.agent.follow_up.fitting import REFERS, same
from chains.agent.follow_up.leading import LEVEL, not_known
from chains.agent.follow_up.matching import over_earlier
from chains.agent.follow_up.members import bare_part, is_line
from chains.agent.follow_up.other_measures import kind_of_part
from chains.agent.follow_up.over_years import over_years
from chains.agent.follow_up.pointing import Pointing
from chains.agent.follow_up.questions import asked_of, calendar_of, is_words
from chains.agent.follow_up.reading import Said, compares, known_measure, read, untimed, without_pronouns
from chains.agent.follow_up.sources import asks_source
from chains.agent.follow_up.turns import Turn, part_name, part_of_name, part_with_kind, terms_of
from chains.agent.follow_up.values import without_value
from chains.phrases import holds
from chains.phrasing import flatten
from chains.phrasing import tables as phrasing_tables
from chains.plan import Kind, Words
from chains.question import asks_advice, find_unit
from chains.reading import ADVICE

LONGEST = 400
"""Characters of an asking sentence that may be a follow-up; a longer one says itself what it is about."""
_A_CHANGE = re.compile(
    r"\b(?:the|that|this)\s+(?:change|increase|decrease|decline|growth|drop|rise|improvement)\b(?!\s+(?:in|of)\b)", re.I
)
_OF_THEM = re.compile(r"\b(?P<how>how many|most|all|half|some|any|each|many|which) of (?:them|these|those)\b", re.I)
_REFINES = re.compile(
    r"(?:in|outside|within|without|excluding|including|excl\.?|incl\.?|ex|from|by|per|on|over|at|of|with)\b", re.I
)
"""How a fragment begins that says more of what was asked."""
_YES_NO = re.compile(r"(?:is|are|was|were|did|does|do|has|have|had|can|could)\b", re.I)
_JUST = re.compile(r"(?:just|only|solely)\b", re.I)
_FEW = 2
"""Words of a fragment that may narrow what was asked before."""
NO_SUCH = "no figure '{y}' of '{x}' was found; name the line item"
_OF_WHOLE = re.compile(r"^(?:the\s+)?(?:group|consolidated|company(?:[\s-]wide)?|corporate|overall)\s+", re.I)
_OWNED = re.compile(r"['’]s?[\s?.!]*$")
NO_VALUE = "what 'it' is to mean is not known, as no figure was spoken of; name the figure"
OTHERS = "which of the others is meant is not said; name it"
_OTHERS = re.compile(
    r"(?:the\s+)?(?:others|other\s+(?:segments|regions|ones|two|three|four|parts|products|businesses|divisions))", re.I
)
_BY_PART = re.compile(
    r"(?:by|per|for each|each|split by|broken down by|across)\s+(?:the\s+)?(?:segment|region|product|business)s?", re.I
)
AGAIN = "what is to be done the same way with '{x}' is not known; say it in full"
_ON_THAT = re.compile(r"\b(?:on|of|from)\s+(?:that|those|these|it|them)[\s?.!]*$", re.I)
OF_THAT = "the {x} of '{y}' was not found; name the part of the company that is meant"
_POINTS = re.compile(r"^(?:so\s+)?(?:that|this|it)(?:['’]?s)?\b", re.I)
NOT_TOLD = "the question before was not answered with a number; ask for that first"
_OF_WHICH = re.compile(
    r"\b(?:sum|total|average|mean|difference|ratio|product|gap)\s+(?:of|between|across)\s+(?:all\s+)?"
    r"(?:those|these|them|the (?:last|first|two|three|four)|both)\b",
    re.I,
)
WHICH = "which of the answers before are meant by '{x}' was not understood; name the values"
_WITHOUT_THAN = re.compile(
    r"\bhow (?:many|much)(?: \w+)? (?:fewer|more|less|higher|lower)\b(?!.*\b(?:than|on|over|vs)\b)"
    r"|\b(?:to spare|headroom|short of)\b",
    re.I,
)
_SHORT = 6
"""Words of a fragment that may be a line item's name."""
_PRINTED = 0.6
"""How alike a printed line item must be for the words of a turn to be its name."""


@dataclass(frozen=True, slots=True)
class State:
    """The turns that asked something, oldest first."""

    turns: tuple[Turn, ...] = ()


class Reader(Pointing):
    """Reads turns over one library, or one document of it."""

    def step(self, state: State, text: str) -> State:
        """The state after a turn; the same where it asks nothing."""
        last = state.turns[-1] if state.turns else None
        if last is not None and asks_source(text):
            return state
        text = self._with_nth(self._with_one(text, last), state.turns) if last is not None else text
        said = self._read(text, state.turns)
        if (core := self._of_whom(text, said)) != said.core:
            said = self._again(core, said, state.turns)
        if not said.core and not said.unit:
            return state
        made = None if last is None or len(said.core) > LONGEST else self._follow(state.turns, last, said)
        if made is None and last is not None and len(said.core) <= LONGEST:
            made = self._carried(text, last, said)
        if made is not None and last is not None:
            made = self._of_quarter(self._kept(self._led(made), last, said), last, said)
        else:
            made = self._led(self._alone(text, said))
            refusal = made.planned.reading.refusal
            if last is not None and (
                refusal == ADVICE or (not said.clause and "?" not in text and is_words(made.planned))
            ):
                return state
            return State((*state.turns, made))
        return State((*(state.turns[:-1] if said.correction else state.turns), made))

    def _read(self, text: str, turns: Sequence[Turn]) -> Said:
        """Read a turn. A name that was said before, or that the reports print, is no unknown company's."""
        said = read(text, self._directory)
        if not said.unknown or not turns:
            return said
        word = re.compile(rf"(?<!\w){re.escape(said.unknown)}(?!\w)", re.I)
        context = turns[-1].planned.reading.context
        known = (
            self._is_part(turns[-1])
            or any(word.search(t.text) for t in turns)
            or (context is not None and context.labels(f"{said.unknown} {said.measured}") >= _PRINTED)
        )
        return read(text, self._directory, known=said.unknown) if known else said

    # Questions

    def _alone(self, text: str, said: Said) -> Turn:
        """A turn that needs no other. What is kept of it names its company in full."""
        planned = self._plan(text)
        core = said.core if "defin" not in text.lower() else plain(text)
        reading = planned.reading
        if reading.context is not None and not reading.anywhere and not self._one:
            company = reading.context.company
            named = self._directory.find(core)[0]
            if not named and not is_words(planned) and self.asker.figures(planned) is None:
                # One company alone prints the name, but nothing that is asked: it is none that was spoken of.
                planned = replace(planned, reading=replace(reading, anywhere=True))
            elif not named:
                core = rewrite.appended(core, f"for {company.short}")  # told by what it alone reports: "AWS"
            elif len(named) == 1 and core[named[0].start : named[0].start + 1].islower():
                core = rewrite.with_company(core, company.short, self._directory)
        if core and core[-1] not in ".?!":
            core = f"{core}?"
        return Turn(core, planned, said.unit, True, terms_of(planned))

    def _carried(self, text: str, last: Turn, said: Said) -> Turn | None:
        """A turn that names no company, of the one that was spoken of, and of its time: "what drove it?".

        None where it says whom it means, or asks nothing.
        """
        company = last.company
        if company is None or self._one or said.named or said.ambiguous or said.unknown or last.operation == REFUSED:
            return None
        asks = (
            said.clause or "?" in text or said.shift is not None or said.dated or _REFINES.match(said.core) is not None
        )
        asks = asks or (bool(said.content) and len(said.content) <= _SHORT and self._prints(last, said.measured))
        if not asks or asks_advice(text) or not self._plan(text).reading.anywhere:
            return None
        core, when = self._timed(last, said)
        asked = rewrite.appended(without_pronouns(core, company.short), f"for {company.short}")
        made = self._turn(rewrite.with_time(asked, when) if when else asked, said.unit)
        # "Just products - what do they cost": a dash between clauses is no minus.
        return None if re.search(r"\s-\s", core) and not is_words(made.planned) else made

    def _of_itself(self, made: Turn, said: Said) -> Turn | None:
        """The refusal of a ratio of one amount under two names, or of a value less itself; None for others."""
        if made.operation not in ("percent_of", "margin", "ratio", "difference", "change") or len(made.operands) != 2:
            return None
        x, y = made.operands
        if made.operation in ("difference", "change") and not same(x, y):
            return None
        if x.signature == y.signature:
            alike = (x.periods, x.company, x.months) == (y.periods, y.company, y.months)
        else:
            alike = len(held := self._amounts_of(x)) == 1 and held == self._amounts_of(y)
        if not alike:
            return None
        return refused(x, said.core, f"'{x.name}' and '{y.name}' are the same figure")

    def _the_right_way(self, made: Turn, said: Said) -> Turn:
        """ "How many fewer is that?" does not say than which of the two: by how much the one is below the other."""
        if made.operation != "difference" or len(made.operands) != 2 or not _WITHOUT_THAN.search(said.core):
            return made
        outcome = self.asker.figures(made.planned)
        if outcome is None or outcome.shown is None or outcome.shown.value >= 0:
            return made
        return combined(made.operation, made.operands[::-1], unit=made.unit) or made

    @staticmethod
    def _prints(last: Turn, phrase: str) -> bool:
        """Whether the reports that were spoken of print a line item of that name."""
        context = last.planned.reading.context
        return context is not None and context.labels(phrase) >= _PRINTED

    # Following

    def _after_refusal(self, turns: tuple[Turn, ...], last: Turn, said: Said) -> Turn | None:
        """A turn after one that was not understood: what goes on from that is not known either.

        One that says something of its own goes on from what was understood before.
        """
        known = turns
        while known and known[-1].operation == REFUSED:
            known = known[:-1]
        stuck = len(turns) - len(known) > 1  # the same refusal a second time helps nobody
        if said.named or (said.clause and known_measure(said.left)) or (stuck and known):
            return self._follow(known, known[-1], said) if known else None
        if said.content and known and not self._goes_on(said):
            made = self._follow(known, known[-1], said)
            return made if made is not None else self._carried(said.question.text, known[-1], said)
        when = rewrite.when_of(said, last.periods, calendar_of(last)) if said.dated and not said.content else ""
        return self._turn(rewrite.with_time(last.text, when)) if when and "compound" in last.text else last

    @staticmethod
    def _goes_on(said: Said) -> bool:
        """Whether a turn asks for something of the answer before it and for nothing else: "that as a percentage"."""
        words = set(re.findall(r"[a-z%]+", " ".join(said.content)))
        return words <= operation_words() and not known_measure(said.left)

    def _follow(self, turns: tuple[Turn, ...], last: Turn, said: Said) -> Turn | None:
        if last.operation == REFUSED:
            return self._after_refusal(turns, last, said)
        if asks_advice(said.question.text):
            return None
        if supposes(said.core):
            return None
        pointed = self._at_leading_time(self._of_spoken_part(turns, last, said), said)
        if pointed.operation == REFUSED:
            return pointed
        if pointed is not last:
            turns, last = (*turns[:-1], pointed), pointed
        if (led := self._of_leader(last, said)) is not None:
            if isinstance(led, Turn):
                return led
            said = self._again(led, said, turns)
        if (made := self._why_at(turns, last, said)) is not None:
            return made
        for row in tables()["bare_words"]:
            if says(said.core, row["phrases"]):
                return self._asked_in_words(last, row["question"])
        if last.operation and says(said.core, tables()["exchanged"]["phrases"]):
            return combined(last.operation, last.operands[::-1], unit=said.unit or last.unit)
        if (made := self._put_in(last, said)) is not None:
            return made
        if LEVEL.fullmatch(said.core.strip()) and not said.dated and said.shift is None and not said.named:
            # "How much was it": the last value, never the company.
            return replace(last, alone=False) if last.terms else not_known(last, said, NO_VALUE)
        if _OTHERS.fullmatch(said.core.strip(" ?.!")) or _BY_PART.fullmatch(said.core.strip(" ?.!")):
            return not_known(last, said, OTHERS)
        if (made := self._kind_of_it(last, said)) is not None:
            return made
        if (
            made := self._margin_of_part(turns, last, said) or self._in_part(last, said) or self._covers(last, said)
        ) is not None:
            return made
        told = turns if said.named else tuple(map(self._with_told, turns))
        earlier = Earlier(told, lambda text: self._read(text, turns), self._value, self._elsewhere, self._at)
        if earlier.terms and (made := compounded(said, earlier)) is not None:
            return made
        if (made := over_years(said, earlier)) is not None:
            return made
        moved = self._faster(last, said) or self._went(last, said) or self._more(last, said) if earlier.terms else None
        if (made := moved) is not None:
            return made
        made = amended(last, said, self._value)
        if made is None and earlier.terms:
            made = contributed(said, earlier, self._value) or between_two(said, earlier, self._value)
        if made is not None:
            return made
        if said.content or not said.named:
            made = over_earlier(said, earlier)
            if made is not None:
                plan = last.planned.plan
                untold = isinstance(plan, Words) and not plan.yes_no and not told[-1].terms and without_value(last)
                meant = earlier.last.company != last.company or (
                    known_measure(last.text) and not known_measure(said.left)
                )
                if untold and (meant or _POINTS.search(said.core)):
                    return refused(earlier.last, said.core, NOT_TOLD)
                return self._of_itself(made, said) or self._the_right_way(made, said)
            if earlier.terms and _OF_WHICH.search(said.core):
                return refused(earlier.last, said.core, WHICH.format(x=said.core.strip(" ?.")))
        if not said.content:
            return self._slots(turns, last, said, told)
        return self._clause(last, said) if said.clause else self._fragment(last, said)

    @staticmethod
    def _kept(made: Turn, last: Turn, said: Said) -> Turn:
        """A turn with what stays from the one before: the part that is spoken of, and the time of the reports."""
        if last.part and not made.part and not said.named and made.company == last.company:
            own = (made.operands or made.terms)[:1]
            part, kind = part_of_name(own[0].name) if own and own[0].of_part else ("", "")
            made = replace(made, part=part if part and kind else last.part)
        documents = made.company.documents if made.company is not None else ()
        newest = max((d.fiscal_year for d in documents if d.fiscal_year is not None), default=None)
        later = newest is not None and bool(made.periods) and all(p.period.year > newest for p in made.periods)
        # Debt "due in 2025" is told by the report that is spoken of.
        return replace(made, at=last.periods) if later and last.periods and not made.operands else made

    def _again(self, core: str, said: Said, turns: Sequence[Turn]) -> Said:
        """What a turn holds after something was put into its words."""
        found = self._read(core, turns)
        return replace(
            found,
            unit=found.unit or said.unit,
            ellipsis=said.ellipsis,
            correction=said.correction,
            question=said.question,
        )

    def _put_in(self, last: Turn, said: Said) -> Turn | None:
        """A turn whose words are put into the question before: a part of what was counted, a counterpart, a name."""
        if said.named or said.ambiguous:
            return None
        text = counted_again(said.core, last.text, self._directory)
        if text:
            name = "" if self._one or last.company is None or self._directory.find(text)[0] else last.company.short
            text = rewrite.appended(text, f"for {name}") if name else text
            when = "" if said.dated else rewrite.span(last.periods[-1:])
            return self._turn(rewrite.with_time(text, when) if when else text, said.unit)
        if not said.content or said.unknown:
            return None
        if last.operation:
            return self._corrected(last, said)
        if (made := self._against(last, said)) is not None:
            return made
        spans = [span for n in self._directory.find(last.text)[0] for span in ((n.start, n.end), *n.also)]
        if not last.terms and (text := renamed(last.text, said, spans)):
            return self._turn(text, said.unit or last.unit)
        return self._corrected(last, said)

    def _fragment(self, last: Turn, said: Said) -> Turn | None:
        """Another measure: "and net income?", "operating margin in 2019"."""
        spoken = said.measured
        near = (last.operands[:1] or last.terms[-1:]) if last.terms else ()
        part = part_name(near[0]) or part_with_kind(near[0]) if near else ""
        if part and _ON_THAT.search(said.core) and known_measure(spoken):
            beside = self._value(f"{part} {spoken}", near[0])
            if beside is None or self._held_by(beside) in (frozenset(), self._held_by(near[0])):
                return refused(near[0], said.core, OF_THAT.format(x=spoken, y=near[0].name))
            if last.operation and last.company is not None and not said.dated and said.shift is None:
                at = rewrite.span(last.periods[-1:])
                return self._turn(asked_of(last.company.short, f"{part} {spoken}", at), said.unit)
        if last.operation in ("percent_of", "margin", "ratio") and said.named and said.alike and known_measure(spoken):
            return not_known(last, said, AGAIN.format(x=spoken))
        if (there := re.search(r"\bthere[\s?.!]*$", said.core, re.I)) is not None and not spoken.endswith("there"):
            spoken = f"{spoken} {there[0].strip(' ?.!')}"
        measure = self._of_part(spoken, last)
        if not measure:
            return None
        if said.whole and known_measure(of_whole := _OF_WHOLE.sub("", measure)):
            measure = of_whole
        if not last.terms and (said.again or self._restricts(last, said)):
            if said.again:
                return not_known(last, said, AGAIN.format(x=measure))
            return self._turn(rewrite.restricted(last.text, bare_part(measure)), said.unit or last.unit)
        if measure.lower().startswith("per ") and last.measured:
            measure = f"{last.measured} {re.sub(r' basis$', '', measure)}"
        timed = _time_operation(measure) if last.measured else ""
        if timed:
            measure = f"{timed} of {last.measured}"
        who = self._who(said)
        when = rewrite.when_of(said, last.periods, calendar_of(last), whole=said.shift is None or said.shift.years != 0)
        options = []
        own = said.dated or said.shift is not None or pronoun("possessive").search(said.core)
        if not said.unknown and not said.ambiguous and measure == said.measured:
            timed_at = when if said.dated or said.shift is not None else ""
            if (made := self._member(last, measure, said, who, timed_at)) is not None:
                return made
        if (said.ellipsis or said.correction) and not own:
            # "And net income?": what was asked of the measure before is asked of this one.
            money = (
                find_unit(said.unit).kind == "currency" and last.terms and last.terms[-1].measure.kind is Kind.PERCENT
            )
            of_part = bool(last.operands) and last.operands[0].of_part and is_line(last.operands[0].base_name)
            if of_part and not known_measure(measure) and not is_line(measure):
                return not_known(last, said, NO_SUCH.format(x=bare_part(measure), y=last.measured))
            if last.operation and not money and (made := self._of_another(last, measure, who)) is not None:
                return made
            if said.again and last.operation:
                return not_known(last, said, AGAIN.format(x=measure))
            changed = "" if last.operation else rewrite.with_measure(last.text, measure, self._directory)
            if changed:
                changed = rewrite.with_company(changed, who, self._directory) if who else changed
                options.append((changed, said.unit or last.unit))
        name = who or (last.company.short if last.company else "")
        before = last.periods if timed else last.periods[-1:]
        at = rewrite.when_of(said, last.periods[-1:], calendar_of(last)) or rewrite.span(before)
        if said.shift is not None and said.shift.pick:
            at = when
        money = find_unit(said.unit).kind == "currency"
        if not own and not timed and not money and last.operation and not known_measure(measure):
            made = self._of_other_part(last, measure)
            if made is not None:
                return made
        if not timed and not own and (made := self._part_of_whole(last, measure, name, at, said)) is not None:
            return made
        if not timed and (made := self._same_part(last, measure, name, at, said)) is not None:
            return made
        if _OWNED.search(said.core) and not known_measure(measure) and not who and last.terms:
            return not_known(last, said, NO_SUCH.format(x=bare_part(measure), y=last.measured or "what was asked"))
        if (kind := kind_of_part(last)) and not known_measure(measure):
            measure = bare_part(measure) or measure
            # "And Services?" after "retail net sales": the same of another part, and never that of the whole.
            if self._is_whole(asked_of(name, f"{measure} {kind}", at), asked_of(name, kind, at)):
                return not_known(last, said, NO_SUCH.format(x=measure, y=kind))
            options.append((asked_of(name, f"{measure} {kind}", at), said.unit))
        options.append((asked_of(name, measure, at), said.unit))
        asks = said.question.text.rstrip().endswith("?") or said.ellipsis or said.correction
        return self._first(options, strict=not asks)

    @staticmethod
    def _restricts(last: Turn, said: Said) -> bool:
        """Whether a turn narrows a question that was answered in words: "just domestic"."""
        if known_measure(said.left) or len(said.content) > _FEW or said.shift is not None:
            return False
        if set(said.content) & {*operation_words(), "add", "sum", "together"} or REFERS.search(said.core):
            return False
        return _JUST.match(said.core) is not None or bool(counted_noun(last.text)) or " per " in last.text

    def _clause(self, last: Turn, said: Said) -> Turn | None:
        """A whole question that leaves out the company, the time or the measure."""
        if said.ambiguous or said.unknown:
            return None
        who = self._who(said)
        name = last.company.short if last.company else ""
        core, when = self._timed(last, said)
        term = last.terms[-1] if last.terms else None
        spoken = "" if term is None or term.name.startswith("the ") else term.base_name
        if not spoken and last.operation in ("percent_of", "margin", "growth", "change", "cagr"):
            spoken = last.operands[0].base_name  # "it" after a share is what it was a share of something
        measured = known_measure(said.left)
        if last.measured and (timed := _time_operation(said.measured)):
            when = when or rewrite.when_of(said, last.periods, calendar_of(last), whole=False)
            return self._first([(asked_of(who or name, f"{timed} of {last.measured}", when), said.unit)])
        words = holds(flatten(said.core).lower(), phrasing_tables()["words"]["strong"], hyphens=True)
        options = []
        for measure in dict.fromkeys(("", spoken) if measured else (spoken, "")):
            text = self._of_part(core, last)
            if noun := counted_noun(last.text) or last.measured:
                text = _OF_THEM.sub(
                    lambda m: f"{m['how']} {noun if 'many' in m['how'].lower() else f'of the {noun}'}", text
                )
            if not measured and last.measured:
                text = _A_CHANGE.sub(lambda m: f"{m[0]} in {last.measured}", text)
            text = without_pronouns(text, who or name, measure) if who or name else text
            if not who and name and not self._one and not self._directory.find(text)[0]:
                text = rewrite.appended(text, f"for {name}")
            options.append((rewrite.with_time(text, when) if when else rewrite.asked_text(text), said.unit))
        if all(text.lower() == rewrite.asked_text(said.core).lower() for text, _ in options):
            return None
        if words:
            return self._turn(*options[0])
        if measured and not said.named and not _YES_NO.match(said.core):
            options.append((asked_of(name, said.measured, when or rewrite.span(last.periods[-1:])), said.unit))
        return self._first(options)

    def _timed(self, last: Turn, said: Said) -> tuple[str, str]:
        """The core without its words for a relative time, and the time that is meant; "" where it says that itself."""
        core, shift = said.core, said.shift
        if (since := rewrite.since_base(said, last.periods[-1:])) is not None:
            return since
        if shift is not None and not compares(said):
            when = rewrite.when_of(said, last.periods, calendar_of(last), whole=False)
            return untimed(core, shift), when
        if said.asked.mentions and all(m.year is None and m.date is None for m in said.asked.mentions):
            return core, rewrite.when_of(said, last.periods, calendar_of(last))
        same = last.company is not None and last.company in [n.company for n in said.named]
        if not said.dated and (not said.named or said.ellipsis or same):
            return core, rewrite.span(last.periods[-1:])
        return core, ""


def _time_operation(measure: str) -> str:
    """The name of an operation over time where a turn names nothing else ("the 3 year CAGR"); "" elsewhere."""
    flat = re.sub(r"^(?:the|a|an|its|their|what|\d+[- ]years?)\s+", "", measure.lower().strip())
    return flat if flat in tables()["timed"]["phrases"] else ""
