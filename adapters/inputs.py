"""How a text and its entity become a model's input: the one place for training and serving, so that they cannot drift.

What is fixed for an adapter is its card's `input` (see `adapters.card.CardInput`).

- Encoders read two segments, the text and the entity, or the text alone. With "mark" the entity's mentions in the
  text stand between signs, with "mask" a marker replaces them, and no second segment is needed; a text without a
  mention takes the two segments.
- Generating models read a prompt: the card's, with `{text}` and perhaps `{entity}` in it, or one of those below.
  What they write is the label's word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from adapters.card import CardInput

MARKER = "the target"
"""What stands in a masked text for the entity."""
SIGN = "#"
"""What stands before and behind the entity in a text where it is marked."""
WHOLE = "the market"
"""What stands in a prompt for the entity where none is given."""
_PLAIN, _PLAIN_ENTITY = "{text}", "{text}\nEntity: {entity}"
_CHARACTERS = 16  # a token: what lies beyond is cut before tokenising, which would read a text of megabytes to its end


def cleaned(text: str, most: int) -> str:
    """The text with its white space made single spaces, cut at `most` tokens' worth of characters.

    Half of a surrogate pair, which no tokenizer takes, becomes a question mark.
    """
    limit = _CHARACTERS * most
    kept = " ".join(text[: 4 * limit].split())[:limit]
    return kept if kept.isascii() else kept.encode("utf-8", "replace").decode("utf-8")


def segments(text: str, entity: str | None, how: CardInput) -> tuple[str, str | None]:
    """The one or two segments that an encoder reads. An entity of white space is none."""
    text = cleaned(text, how.max_length)
    entity = cleaned(entity, how.max_length) if entity else None
    if not entity:
        return text, None
    found = _pointed(text, entity, how)
    return (text, entity) if found is None else (found, None)


def encode(tokenizer: Any, text: str, entity: str | None, how: CardInput) -> dict[str, list[int]]:
    """An encoder's features of one text, by a tokenizer of transformers: input_ids, attention_mask and, where the
    family has them, token_type_ids.

    No more than `how.max_length` tokens: the longer segment is cut first, so an entity stays whole while it is
    shorter than what is left of the text.
    """
    first, second = segments(text, entity, how)
    return dict(tokenizer(first, second, truncation="longest_first", max_length=how.max_length))


def prompt(tokenizer: Any, text: str, entity: str | None, how: CardInput) -> str:
    """What a generating model reads, by a tokenizer of transformers; the text is cut so that all else stays.

    The prompt has no more than `how.max_length` tokens, special ones included, unless what stands around the text
    alone is longer.
    """
    text = cleaned(text, how.max_length)
    entity = cleaned(entity, how.max_length)[: 2 * how.max_length] if entity else None
    if entity and (found := _pointed(text, entity, how)) is not None:
        text, entity = found, None
    form = how.prompt or (_PLAIN_ENTITY if entity else _PLAIN)
    before, _, after = form.partition("{text}")
    before, after = (part.replace("{entity}", entity or WHOLE) for part in (before, after))
    if entity and "{entity}" not in form:
        after += _PLAIN_ENTITY.partition("{text}")[2].replace("{entity}", entity)
    whole = before + text + after
    over = len(tokenizer(whole)["input_ids"]) - how.max_length
    while over > 0 and text:  # tokens at a seam may join, so once is nearly always enough, but not always
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        text = tokenizer.decode(ids[: max(0, len(ids) - over)], skip_special_tokens=True).rstrip()
        whole = before + text + after
        over = len(tokenizer(whole)["input_ids"]) - how.max_length
    return whole


def label_words(labels: Sequence[str], how: CardInput) -> tuple[str, ...]:
    """The word that a generating model writes for each label: the card's, else the label itself."""
    return tuple(how.words.get(label, label) for label in labels)


def _pointed(text: str, entity: str, how: CardInput) -> str | None:
    """The text with the entity's mentions marked or masked; None where it has none, or the card wants no such thing."""
    if how.entity not in ("mark", "mask"):
        return None
    put = MARKER if how.entity == "mask" else rf"{SIGN} \g<0> {SIGN}"
    pointed, mentions = _mention(entity).subn(put, text)
    return pointed if mentions else None


def _mention(entity: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(entity)}(?!\w)", re.IGNORECASE)
