"""Company news made from sentence forms: labelled sentences in styles that the licensed data sets lack.

The forms are in the TOML files beside this one, written for finagent; `slots.toml` says what fills them. A form is a
sentence with `{slot}` and `{one|another <slot>}`; its label holds for whatever is drawn.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from adapters.labels import LABELS
from adapters.training.data import Example
from adapters.training.news.slots import Draw, slot_kinds

SLOTS = "slots.toml"
_CHOICE = re.compile(r"\{([^{}]*\|[^{}]*)\}")
_SLOT = re.compile(r"\{([a-z]+\d*)\}")
_INNER = re.compile(r"<([a-z]+\d*)>")
_ARTICLE = re.compile(r"\b([Aa]) (?=[aeio][a-z]|[AEIO][a-z]|un(?!i)[a-z])")
_EURO = re.compile(r"\b([Aa])n (?=eu|one|uni)", re.IGNORECASE)
_TRIES = 6  # draws of a form before a sentence that was already made is given up
ABOUT_COMPANY = 0.25  # the share of sentences that are given with their company as the entity


@dataclass(frozen=True, slots=True)
class Form:
    """A sentence form: its text, where it stands, and either one label or a label for each named slot."""

    text: str
    label: str | None
    toward: Mapping[str, str]
    source: str


def generate_news(count: int, seed: int) -> list[Example]:
    """`count` different labelled sentences, each form about equally often; the same seed gives the same list.

    About a quarter of those with one company have it as their entity, and forms with a label for each of several
    names give one example for each name.
    """
    draw = random.Random(seed)
    made: list[Example] = []
    seen: set[str] = set()
    while len(made) < count:
        before = len(made)
        for form in draw.sample(read_forms(), len(read_forms())):
            for _ in range(_TRIES):
                text, names = render(form.text, draw)
                if text not in seen:
                    seen.add(text)
                    made.extend(_examples(form, text, names, draw))
                    break
        if len(made) == before:
            break  # the forms give no more than this
    return made[:count]


@cache
def read_forms() -> tuple[Form, ...]:
    """All forms of the TOML files beside this one.

    Raises ValueError naming a form whose label or slots are not known.
    """
    forms = []
    for file in sorted(resources.files(__name__).iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml") and file.name != SLOTS:
            for row in tomllib.loads(file.read_text(encoding="utf-8"))["sentence"]:
                forms.append(_form(row, file.name))
    return tuple(forms)


def _form(row: Mapping[str, Any], source: str) -> Form:
    form = Form(row["text"], row.get("label"), row.get("toward", {}), source)
    labels = {form.label} if form.label else set(form.toward.values())
    slots = set(_slots(form.text)) | set(form.toward)
    unknown = [f"slot {slot}" for slot in slots if slot.rstrip("0123456789") not in slot_kinds()]
    unknown += [f"label {label}" for label in labels if label not in LABELS]
    unknown += [f"{slot}, not in the text" for slot in form.toward if slot not in _slots(form.text)]
    if unknown or not labels or bool(form.label) == bool(form.toward):
        raise ValueError(
            f"{source}: the form {form.text[:60]!r} cannot be used ({', '.join(unknown) or 'label or toward'}); "
            f"expected one of {', '.join(LABELS)} and slots among {', '.join(sorted(slot_kinds()))}"
        )
    return form


def _slots(text: str) -> Iterator[str]:
    yield from (match[1] for pattern in (_SLOT, _INNER) for match in pattern.finditer(text))


def render(text: str, draw: random.Random) -> tuple[str, dict[str, str]]:
    """One sentence of a form, and what was drawn for each of its slots."""
    slots = Draw(draw)
    chosen = _CHOICE.sub(lambda match: draw.choice(match[1].split("|")), text)
    chosen = _INNER.sub(r"{\1}", chosen)
    full = _SLOT.sub(lambda match: slots[match[1]], chosen)
    full = _EURO.sub(r"\1 ", _ARTICLE.sub(r"\1n ", full))
    full = re.sub(r" +", " ", full).strip()
    full = full.replace("..", ".") if "..." not in full else full  # a legal form such as Inc. that ends a sentence
    return full[:1].upper() + full[1:], slots.drawn


def _examples(form: Form, text: str, names: Mapping[str, str], draw: random.Random) -> Iterator[Example]:
    if form.label is None:
        for slot, label in form.toward.items():
            if slot in names:
                yield Example(text, names[slot], label, form.source, 0)
        return
    named = [names[slot] for slot in ("company", "ticker") if names.get(slot, "\0") in text]
    alone = named and "company2" not in names
    entity = named[0] if alone and draw.random() < ABOUT_COMPANY else None
    yield Example(text, entity, form.label, form.source, 0)
