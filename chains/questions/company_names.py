"""The words of a company's name: as compared, without its legal form, as it is written of and shortened."""

from __future__ import annotations

import re
from functools import cache

from chains.tables import read_table

TOKEN = re.compile(r"[A-Za-z0-9]+(?:[.&'’][A-Za-z0-9]+)*|&", re.U)


@cache
def word_lists() -> dict[str, frozenset[str]]:
    """The lists of words of companies.toml."""
    raw = read_table("companies.toml")
    return {key: frozenset(value) for key, value in raw.items() if isinstance(value, list)}


def flat_token(token: str) -> str:
    """One token as compared: lower case, no possessive, no punctuation; "&" reads "and"."""
    token = token.lower().replace("’", "'")
    if token == "&":
        return "and"
    token = re.sub(r"'s$|s'$|'$", lambda m: "s" if m[0] == "s'" else "", token)
    return re.sub(r"[^a-z0-9&]", "", token)


def name_tokens(name: str) -> tuple[str, ...]:
    """A name as tokens: "Johnson & Johnson" -> ("johnson", "and", "johnson")."""
    spaced = re.sub(r"/[A-Za-z]{2,3}/?$", "", name)
    spaced = re.sub(r"\.com\b", " com", spaced, flags=re.I)
    return tuple(t for t in (flat_token(m[0]) for m in TOKEN.finditer(spaced.replace("-", " "))) if t)


def short_tokens(name: str) -> tuple[str, ...]:
    """The tokens without the legal form and a leading article."""
    tokens = list(name_tokens(name))
    legal = word_lists()["legal"]
    while len(tokens) > 1 and tokens[0] in {"the"}:
        tokens.pop(0)
    while len(tokens) > 1 and tokens[-1] in legal:
        tokens.pop()
    return tuple(tokens)


def short_name(name: str) -> str:
    """The printed name without its legal form."""
    words = re.sub(r"/[A-Za-z]{2,3}/?$", "", name).replace(",", " ").split()
    legal = word_lists()["legal"]
    while len(words) > 1 and (flat_token(words[-1]) in legal or not flat_token(words[-1])):
        words.pop()
    if len(words) > 1 and words[0].lower() == "the":
        words.pop(0)
    text = " ".join(words)
    text = re.sub(r"\.com$", "", text, flags=re.I)
    if text.isupper():
        # "CVS" and "AES" are written so; "NETFLIX" only shouts.
        text = " ".join(
            w if "&" in w or not re.search(r"[AEIOUY]", w) or (i == 0 and len(w) <= 3) else w.title()
            for i, w in enumerate(text.split())
        )
    return text or name


def possessive(name: str) -> str:
    """ "Acme's", "Larkmoor Controls'"."""
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def initials(tokens: tuple[str, ...]) -> set[str]:
    """The initials of a name of two words or more, with and without its "and"."""
    if len(tokens) < 2:
        return set()
    joined = {"".join(t[0] for t in tokens if t not in {"and", "of", "the"})}
    if "and" in tokens:
        joined.add("".join("&" if t == "and" else t[0] for t in tokens))
        joined.add("".join("n" if t == "and" else t[0] for t in tokens))
        joined.add("".join(t[0] for t in tokens))
    return {j for j in joined if len(j) >= 2}


def stem_word(name: str) -> str:
    """The first word of a file's name, where it is a name at all: "aapl" of "aapl-20240928"."""
    word = re.split(r"[_\-. ]", name.lower(), maxsplit=1)[0]
    generic = {
        "form",
        "report",
        "annual",
        "quarterly",
        "filing",
        "document",
        "financial",
        "statement",
        "press",
        "release",
        "final",
        "copy",
        "full",
        "the",
    }
    return (
        word
        if re.fullmatch(r"[a-z0-9&]*[a-z][a-z0-9&]*", word) and 2 <= len(word) <= 20 and word not in generic
        else ""
    )
