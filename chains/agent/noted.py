"""An asker that minds the user's notes, and says where one of them changed an answer.

A habit is applied to a question by saying in it what the note says: a definition is added as a sentence, a year is
written as the fiscal year that it stands for, a company or a unit is named. So a note is held to what any question is:
the same grammar, the same figures, the same number gate. A habit that changed nothing is not named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from chains.agent.habits import MONTHS, DefaultCompany, DefaultUnit, FiscalYear, Habit, Preferred, defining, habits_of
from chains.agent.notes import Notes
from chains.answers.answer import Answer
from chains.ask import Asker
from chains.formulas.definitions import find_definitions
from chains.measures.metrics import Metrics
from chains.planning.plan import Origin
from chains.questions.answer_form import OutputUnit, find_unit
from chains.questions.fiscal_calendar import Calendar
from chains.questions.periods import Mention, find_periods
from chains.questions.reading import NO_COMPANY
from chains.questions.request import Planned, Reading, Request, read_request

KEY = "habits"
"""Where `Answer.explain` lists the notes that changed an answer."""
_YEAR_END = 7  # days by which a year of 52 or 53 weeks may pass the end of its month


@dataclass(frozen=True, slots=True)
class NotedReading(Reading):
    """A reading of a question as the notes make it; `tried` are the habits that were put into it."""

    tried: tuple[Habit, ...] = ()


class NotedAsker(Asker):
    """An `Asker` with notes. Safe to use from several threads; notes are read at each question.

    Answers name the notes that changed them in their text, and list them in `explain["habits"]`.
    """

    def __init__(self, *arguments: Any, notes: Notes, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._notes = notes

    def read(self, given: str | Mapping[str, Any] | Request) -> Reading:
        """Understand a question, as the notes would have it."""
        request = read_request(given)
        reading = super().read(request)
        habits = habits_of(self._notes.all())
        if not habits:
            return reading
        tried: list[Habit] = []
        for habit in habits:
            if isinstance(habit, DefaultCompany):
                reading = self._of_company(reading, habit, tried)
        for habit in habits:
            if isinstance(habit, FiscalYear):
                reading = self._of_year(reading, habit, tried)
        for habit in habits:
            if isinstance(habit, Preferred) and (name := asked_name(habit, reading.question.text)):
                text = f"{reading.question.text.rstrip()} {defining(replace(habit, name=name))}"
                reading = self._again(reading, text, habit, tried)
        if not tried:
            return reading
        given_fields = {one.name: getattr(reading, one.name) for one in fields(Reading)}
        return NotedReading(**{**given_fields, "request": request}, tried=tuple(tried))

    def carry_out(self, planned: Planned) -> Answer:
        """Carry out a plan, in the unit that the notes prefer; say which of them mattered."""
        answer = super().carry_out(planned)
        reading = planned.reading
        tried = reading.tried if isinstance(reading, NotedReading) else ()
        used = [habit.note for habit in tried if _matters(habit, answer)]
        answer, preferred = self._in_unit(planned, answer)
        used += preferred
        return _telling(answer, used) if used else answer

    def _again(self, reading: Reading, text: str, habit: Habit, tried: list[Habit]) -> Reading:
        tried.append(habit)
        return super().read(replace(reading.request, question=text))

    def _of_company(self, reading: Reading, habit: DefaultCompany, tried: list[Habit]) -> Reading:
        """A question that names no company, as one about the default; a name that is not known changes nothing."""
        if reading.request.document is not None or not reading.refusal.startswith(NO_COMPANY):
            return reading
        text = f"For {habit.name}, {_continued(reading.question.text)}"
        again = super().read(replace(reading.request, question=text))
        if again.refusal:
            return reading
        tried.append(habit)
        return again

    def _of_year(self, reading: Reading, habit: FiscalYear, tried: list[Habit]) -> Reading:
        """Years as the fiscal years that they stand for, where the company's years end in that month."""
        if reading.context is None or reading.refusal:
            return reading
        calendars = [Calendar.of(company.documents) for company in reading.context.companies]
        if not all(any(_ends_in(habit.month, end) for _, end in one.ends) for one in calendars):
            return reading
        text = reading.question.text
        for mention in reversed(find_periods(text).mentions):
            if (year := _plain_year(mention, text)) is not None:
                named = f"the fiscal year ended {MONTHS[habit.month - 1]} {year + habit.later}"
                text = text[: mention.start] + named + text[mention.end :]
        again = super().read(replace(reading.request, question=text))
        if again.context is None or again.context.periods == reading.context.periods:
            return reading
        tried.append(habit)
        return again

    def _in_unit(self, planned: Planned, answer: Answer) -> tuple[Answer, list[str]]:
        """The answer in the preferred unit, where it is money or shares and the question does not say."""
        if not answer.answered or answer.value is None or not _sizable(answer.unit):
            return answer, []
        question, typed = planned.reading.question, planned.reading.request.question
        habit = next((one for one in habits_of(self._notes.all()) if isinstance(one, DefaultUnit)), None)
        if habit is None or question.unit != OutputUnit() or find_unit(typed) != OutputUnit():
            return answer, []
        asked = replace(question, unit=find_unit(f"Answer in {habit.unit}."))
        again = super().carry_out(replace(planned, reading=replace(planned.reading, question=asked)))
        same = again.answered and again.program == answer.program and again.unit != answer.unit
        return (again, [habit.note]) if same else (answer, [])


def asked_name(habit: Preferred, question: str) -> str:
    """The name by which a question asks for what the habit defines; "" where it does not, or defines it itself."""
    metrics = Metrics.load()
    metric = metrics.named(habit.name)
    names = {habit.name} | ({metric.name, *metric.aliases} if metric is not None else set())
    own = {name.lower() for d in find_definitions(question) for name in (d.name, d.abbreviation)}
    if own & {name.lower() for name in names}:
        return ""
    spans = [(found.start, found.end) for found in metrics.find(question)]
    for name in sorted(names, key=len, reverse=True):
        for match in re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", question, re.IGNORECASE):
            # "Free cash flow margin" is another metric than "free cash flow".
            inside = any(s <= match.start() and match.end() <= e and e - s > len(match[0]) for s, e in spans)
            if not inside:
                return match[0]
    return ""


def told_of(notes: Sequence[str]) -> str:
    """The words with which an answer says that notes changed it."""
    return f"(using your note{'s' * (len(notes) > 1)}: {'; '.join(f'“{note}”' for note in notes)})"


def _matters(habit: Habit, answer: Answer) -> bool:
    """Whether what a habit put into a question is in the answer: a definition may find nothing to define."""
    if not isinstance(habit, Preferred):
        return True
    return Origin.DEFINITION.value in set(_values(answer.explain.get("plan"), "origin"))


def _telling(answer: Answer, used: Sequence[str]) -> Answer:
    notes = tuple(dict.fromkeys(used))
    return replace(answer, answer=f"{answer.answer} {told_of(notes)}", explain={**answer.explain, KEY: list(notes)})


def _continued(question: str) -> str:
    """A question to stand behind "For X,": its first word in lower case, where it is a plain word."""
    first = re.match(r"[A-Z][a-z’']*\b", question)
    return question[:1].lower() + question[1:] if first else question


def _plain_year(mention: Mention, text: str) -> int | None:
    """The year of a mention that is nothing but a year."""
    said = text[mention.start : mention.end].lower()
    beyond = mention.quarter or mention.date or mention.months or mention.shift or mention.relative
    # "FY2022" and "calendar 2022" say themselves which they are.
    return mention.year if not beyond and re.fullmatch(r"(?:(?:the )?year )?[’'`]?\d+", said) else None


def _ends_in(month: int, end: Any) -> bool:
    from datetime import timedelta

    return month in {(end - timedelta(days=_YEAR_END)).month, end.month}


def _sizable(unit: str) -> bool:
    """Whether the unit of an answer is one that thousands and millions are counted in."""
    first = unit.split(" ")[0]
    return (len(first) == 3 and first.isupper() and "per share" not in unit) or "shares" in unit


def _values(plan: Any, key: str) -> Iterator[Any]:
    """All that stands under a key in nested plain data."""
    if isinstance(plan, Mapping):
        for name, value in plan.items():
            if name == key:
                yield value
            yield from _values(value, key)
    elif isinstance(plan, list):
        for one in plan:
            yield from _values(one, key)
