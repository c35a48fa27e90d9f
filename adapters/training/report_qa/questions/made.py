"""Made tables: statements, segments, maturities, taxes, leases, pensions of invented companies, as filings print them.

Two printed styles: lower-case with spaced signs, `-7.6 ( 7.6 )`, as in FinQA, and as filed, `$(12,830)`, `(87%)`, with
heads of several rows, as in TAT-QA. What the tables hold stands in made.toml.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from adapters.report_qa.forms import Evidence
from adapters.training.report_qa.questions.phrases import choose, finish

_DROPPED = 0.22  # of the lines of a table
_MONTHS = ("january", "march", "april", "may", "june", "august", "september", "october", "december")


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its label, its values by column (None: a heading), its unit, whether it is a sum."""

    label: str
    values: tuple[float | None, ...]
    unit: str = "m"
    total: bool = False


@dataclass(frozen=True, slots=True)
class Style:
    """How a made table is printed: `lower` as in FinQA; decimals of money; the scale's name; its last year."""

    lower: bool
    decimals: int
    scale: str
    year: int
    years: int
    size: float
    ascending: bool


def made_tables(count: int, seed: int) -> list[Evidence]:
    """`count` tables of invented companies, with text around them; the same seed gives the same list."""
    draw = random.Random(seed)
    made: dict[Evidence, None] = {}
    while len(made) < count:
        made[_table(draw.choice(_tables()["table"]), draw)] = None
    return list(made)


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("made.toml").read_text(encoding="utf-8"))


def _table(row: Mapping[str, Any], draw: random.Random) -> Evidence:
    style = _style(draw)
    kind = row["kind"]
    if kind == "due":
        heads, lines = _due(row, style, draw)
    elif kind == "quarters":
        heads, lines = _quarters(row, style, draw)
    elif kind == "parts":
        heads, lines = _parts(row, style, draw)
    else:
        years = [str(style.year - back) for back in range(style.years)]
        heads = years[::-1] if style.ascending or kind == "index" else years
        lines = _over_years(row, style, draw)
        if heads is not years:
            lines = [Line(one.label, one.values[::-1], one.unit, one.total) for one in lines]
    dated = kind in ("year", "end", "roll")
    printed = [_printed(line, style, first=number == 0) for number, line in enumerate(lines)]
    table = _headed(heads, printed, style, draw, kind) if dated else _plainly_headed(heads, printed, style, draw, kind)
    if kind == "year" and not style.lower and len(heads) == 2 and draw.random() < 0.3:
        table = _with_change(table, lines, style)
    return Evidence("", tuple(map(tuple, table)), _text(row, style, draw))


def _style(draw: random.Random) -> Style:
    lower = draw.random() < 0.5
    scale = draw.choice(("million", "million", "thousand", "thousand", "", "billion"))
    size = 10 ** draw.uniform(3.0, 5.2) if scale != "million" else 10 ** draw.uniform(1.8, 4.8)
    decimals = draw.choice((0, 0, 1)) if scale == "million" else 1 if scale == "billion" else 0
    if scale == "billion":
        size = 10 ** draw.uniform(1.0, 2.5)
    years = draw.choice((2, 2, 3, 3, 3, 5)) if lower else draw.choice((2, 2, 2, 3, 3))
    return Style(lower, decimals, scale, draw.randint(2003, 2024), years, size, draw.random() < 0.2)


def _over_years(row: Mapping[str, Any], style: Style, draw: random.Random) -> list[Line]:
    if row["kind"] == "index":
        return [_index_line(label, style, draw) for label in row["lines"]]
    if row["kind"] == "roll":
        return _rolled(row, style, draw)
    growth = [1.0]
    for _ in range(style.years - 1):
        growth.append(growth[-1] / draw.uniform(0.85, 1.3))
    return _lines(row["lines"], [style.size * one for one in growth], style, draw)


def _lines(specs: Sequence[str], sizes: Sequence[float], style: Style, draw: random.Random) -> list[Line]:
    """The rows of a table with its sums and headings; money is rounded before it is summed, so that it ties."""
    lines: list[Line] = []
    since: list[tuple[float | None, ...]] = []
    plain: list[tuple[float | None, ...]] = []
    for spec in specs:
        label, _, rest = choose(spec, draw).partition("|")
        if label.startswith("="):
            chosen = plain if label.startswith("==") else since
            if len(chosen) > 1:
                sums = [round(sum(one[at] or 0 for one in chosen), style.decimals) for at in range(len(sizes))]
                lines.append(Line(label.lstrip("="), tuple(sums), total=True))
            since = []
            continue
        if label.startswith("#"):
            lines.append(Line(label[1:], (None,) * len(sizes)))
            continue
        if draw.random() < _DROPPED and len(specs) > 4:
            continue
        size, _, unit = rest.partition("|")
        values = _values(float(size), unit or "m", sizes, style, draw)
        lines.append(Line(label, values, unit or "m"))
        if (unit or "m") == "m":
            since.append(values)
            plain.append(values)
    return lines


def _values(
    size: float, unit: str, sizes: Sequence[float], style: Style, draw: random.Random
) -> tuple[float | None, ...]:
    own = size * draw.uniform(0.5, 1.7)
    made: list[float | None] = []
    for base in sizes:
        near = draw.uniform(0.8, 1.25)
        match unit:
            case "m":
                value = round(base * own * near, style.decimals)
                made.append(value if abs(value) >= 10**-style.decimals else float(draw.randint(1, 9)))
            case "n":
                made.append(float(max(1, round(base * own * near))))
            case "%" | "y" | "x":
                made.append(round(own * draw.uniform(0.9, 1.1), 1))
            case _:
                made.append(round(own * near, 2))
    return tuple(made)


def _index_line(label: str, style: Style, draw: random.Random) -> Line:
    """Newest first, like the other lines; the oldest is 100."""
    values = [100.0]
    while len(values) < style.years:
        values.append(round(values[-1] * draw.uniform(0.75, 1.35), 2))
    return Line(choose(label, draw), tuple(reversed(values)), "i")


def _rolled(row: Mapping[str, Any], style: Style, draw: random.Random) -> list[Line]:
    """Each year starts with what the year before ended with."""
    first, *moves, last = [choose(one, draw).partition("|")[::2] for one in row["lines"]]
    unit = row.get("unit", "m")
    decimals = style.decimals if unit == "m" else 0
    moves = [one for one in moves if draw.random() > _DROPPED] or moves
    balance = round(style.size * float(first[1]) * draw.uniform(0.6, 1.6), decimals) or 10.0
    columns = []
    for _ in range(style.years):
        changes = [round(style.size * float(size) * draw.uniform(0.3, 1.8), decimals) for _, size in moves]
        end = round(balance + sum(changes), decimals)
        columns.append([balance, *changes, end])
        balance = end
    labels = [first[0], *(label for label, _ in moves), last[0]]
    columns.reverse()
    return [Line(label, tuple(column[at] for column in columns), unit) for at, label in enumerate(labels)]


def _due(row: Mapping[str, Any], style: Style, draw: random.Random) -> tuple[list[str], list[Line]]:
    columns = [choose(one, draw).partition("|")[::2] for one in row["columns"]]
    columns = columns[: draw.choice((1, 1, len(columns)))]
    labels = [str(style.year + ahead) for ahead in range(1, draw.choice((4, 5, 5, 6)) + 1)]
    labels += [draw.choice(("thereafter", "thereafter", "later years", "beyond"))] if draw.random() < 0.8 else []
    lines = []
    for label in labels:
        values = [
            round(style.size * float(size) * draw.uniform(0.4, 1.6), style.decimals) or 1.0 for _, size in columns
        ]
        lines.append(Line(label, tuple(values)))
    sums = tuple(round(sum(line.values[at] or 0 for line in lines), style.decimals) for at in range(len(columns)))
    lines.append(Line(choose(row["total"], draw), sums, total=True))
    return [name for name, _ in columns], lines


def _quarters(row: Mapping[str, Any], style: Style, draw: random.Random) -> tuple[list[str], list[Line]]:
    price = draw.uniform(8, 160)
    names = [choose(one, draw) for one in row["columns"]][: draw.choice((2, 3))]
    lines = []
    for label in row["lines"]:
        price *= draw.uniform(0.85, 1.2)
        values = (round(price * draw.uniform(1.03, 1.2), 2), round(price * draw.uniform(0.8, 0.97), 2), 0.25)
        lines.append(Line(choose(label, draw), values[: len(names)], "s"))
    return names, lines


def _parts(row: Mapping[str, Any], style: Style, draw: random.Random) -> tuple[list[str], list[Line]]:
    names = [choose(one, draw) for one in row["columns"]]
    plain = [at for at, name in enumerate(names) if not name.startswith("=")]
    lines = _lines(row["lines"], [style.size * draw.uniform(0.3, 1) for _ in plain], style, draw)
    if len(plain) < len(names):
        at = names.index(next(name for name in names if name.startswith("=")))
        lines = [Line(one.label, _with_sum(one.values, at, style), one.unit, one.total) for one in lines]
    return [name.lstrip("=") for name in names], lines


def _with_sum(values: tuple[float | None, ...], at: int, style: Style) -> tuple[float | None, ...]:
    if any(value is None for value in values):
        return (None,) * (len(values) + 1)
    whole = round(sum(value or 0 for value in values), style.decimals)
    return (*values[:at], whole, *values[at:])


def _printed(line: Line, style: Style, *, first: bool) -> list[str]:
    label = line.label if style.lower else line.label[:1].upper() + line.label[1:]
    money = line.unit in "ms" and (first or line.total or line.unit == "s")
    return [label.lower() if style.lower else label, *(_cell(value, line.unit, money, style) for value in line.values)]


def _cell(value: float | None, unit: str, money: bool, style: Style) -> str:
    """A number as printed: "$ 12.3", "-7.6 ( 7.6 )", "12.1% ( 12.1 % )"; or "$12.3", "(7.6)", "(87%)", "—"."""
    if value is None:
        return ""
    places = {"m": style.decimals, "n": 0, "%": 1, "y": 1, "x": 1, "i": 2}.get(unit, 2)
    size = abs(value)
    if style.lower:
        text = f"{size:.{places}f}"
        if unit == "%":
            return f"{text}% ( {text} % )" if value >= 0 else f"( {text} ) % ( {text} % )"
        sign = "$ " if money else ""
        return f"{sign}{text}" if value >= 0 else f"-{text} ( {text} )"
    text = f"{size:,.{places}f}"
    if unit == "%":
        return f"{text}%" if value >= 0 else f"({text}%)"
    if not size:
        return "—"
    sign = "$" if money else ""
    return f"{sign}{text}" if value >= 0 else f"{sign}({text})"


def _headed(
    heads: Sequence[str], rows: list[list[str]], style: Style, draw: random.Random, kind: str
) -> list[list[str]]:
    """Years over the columns: in one row, or below "Years Ended June 30," and above "(in thousands)"."""
    scale = _scale_words(style, draw)
    day = draw.choice(("december 31", "december 31", "december 31", "june 30", "september 30", "march 31"))
    if style.lower:
        corner = draw.choice((scale, scale, "", f"( {scale} )", "year ended " + day + " ,")) if scale else "-"
        named = heads
        if draw.random() < 0.25:
            named = [f"{day} {year}" if kind == "end" else f"year ended {day} {year}" for year in heads]
        return [[corner, *named], *rows]
    stub = f"({scale[:1].upper()}{scale[1:]})" if scale and draw.random() < 0.5 else ""
    day = day.title()
    way = draw.random()
    if way < 0.3:
        named = [
            f"{'As of ' if draw.random() < 0.3 else ''}{day}, {year}" if kind == "end" else f"Fiscal {year}"
            for year in heads
        ]
        made = [[stub, *named]]
    elif way < 0.7:
        over = (
            f"{day},"
            if kind == "end"
            else draw.choice((f"Years Ended {day},", f"Year Ended {day},", "Fiscal Year", "For the years ended"))
        )
        made = [["", over, *[""] * (len(heads) - 1)], [stub, *heads]]
    else:
        made = [[stub, *heads]]
    if scale and not stub and draw.random() < 0.7:
        made.append(["", f"({scale})", *[""] * (len(heads) - 1)])
    return [*made, *rows]


def _plainly_headed(
    heads: Sequence[str], rows: list[list[str]], style: Style, draw: random.Random, kind: str
) -> list[list[str]]:
    scale = _scale_words(style, draw) if kind not in ("index", "quarters") else ""
    corner = draw.choice((scale, f"({scale})", "")) if scale else ""
    if kind == "due":
        corner = draw.choice((corner, "year", "fiscal year", "years ending december 31,"))
    named = [name if style.lower else name[:1].upper() + name[1:] for name in heads]
    over = (
        draw.choice(("payments due by period", "as of december 31", "")) if kind == "parts" and len(heads) > 2 else ""
    )
    if over and not style.lower and draw.random() < 0.5:
        return [["", over.capitalize(), *[""] * (len(heads) - 1)], [corner, *named], *rows]
    if over == "payments due by period" and "years" in " ".join(heads) and style.lower:
        named = [f"{over} {name}" for name in named]
    return [[corner if style.lower else corner[:1].upper() + corner[1:], *named], *rows]


def _with_change(table: list[list[str]], lines: Sequence[Line], style: Style) -> list[list[str]]:
    """With columns that state the change, in money and in percent."""
    heads = len(table) - len(lines)
    made = [[*row, "", ""] for row in table[:heads]]
    made[-1 if made[-1][1][:1] not in ("(",) else 0][-2:] = ["$ Change", "% Change"]
    for row, line in zip(table[heads:], lines, strict=True):
        new, old = line.values[0], line.values[-1]
        if new is None or old is None or not old or line.unit != "m":
            made.append([*row, "", ""])
            continue
        change = round(new - old, style.decimals)
        part = round(100 * (new - old) / abs(old))
        printed = f"{abs(part)}%"
        made.append([*row, _cell(change, "m", True, style), f"({printed})" if part < 0 else printed])
    return made


def _scale_words(style: Style, draw: random.Random) -> str:
    if not style.scale:
        return ""
    return draw.choice(("in {}s", "in {}s", "dollars in {}s", "$ in {}s", "amounts in {}s")).format(style.scale)


def _text(row: Mapping[str, Any], style: Style, draw: random.Random) -> tuple[str, ...]:
    title = choose(draw.choice(row["titles"]), draw)
    if style.scale and draw.random() < 0.6:
        title += f" (in {style.scale}s)"
    month = draw.choice(_MONTHS)
    month = month if style.lower else month.title()
    words = {
        "year": str(style.year), "before": str(style.year - 1), "earlier": str(style.year - 2),
        "later": str(style.year + draw.randint(1, 6)), "month": month, "day": str(draw.randint(2, 28)),
        "count": f"{draw.randint(300, 90_000):,}",
    }  # fmt: skip
    lines = [f"{title}:"]
    for form in draw.sample(_tables()["paragraphs"]["text"], draw.randint(0, 6)):
        for slot in ("n", "n2", "n3", "n4", "n5"):
            high = 30 if slot in ("n2", "n3") else 900
            words[slot] = f"{draw.uniform(1, high):.{draw.choice((0, 1, 1))}f}"
        line = choose(form, draw)
        for slot, value in words.items():
            line = line.replace("{" + slot + "}", value)
        lines.insert(draw.randint(0, len(lines)), line)
    if style.lower:
        return tuple(finish(line, draw, terse=True).rstrip(".:") + " ." for line in lines)
    return tuple(finish(line, draw, terse=False) for line in lines)
