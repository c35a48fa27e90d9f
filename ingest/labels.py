"""Printed labels and spoken names to comparable keys.

"Accounts receivable, net of allowance of $163 and $142 (Note 5)" and "Accounts receivable" are one line item.
A key is the sorted set of a label's folded words; `variants` gives a label's keys from the strictest to the
loosest, so that the strictest entry of a table that fits wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "—": "-", "–": "-", "−": "-", "‑": "-", "\u00ad": ""})
_PLAIN = str.maketrans("’—–‑", "'---")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
# What a bracket may hold that names another line item; every other bracket is a remark, a sign or an amount.
_TELLING = re.compile(r"basic|diluted|non-?current|current|long-term|short-term|restricted|net")
_TAIL = re.compile(
    r"""(?:[,;:\-]\s*|\s)(?:net\s+of|less|after\s+deducting|including|includes|inclusive|excluding|exclusive|at\s+(?:amortized\s+|average\s+|fair\s+
    |lower|cost|estimated)|\$|no\s+par|without\s+par|par\s+value|stated\s+value|authorized|issued|shares\s+of|principally|\d).*$
    |[,;]\s*(?:\$|\d|no\s+par|par\s+value|authorized|issued|shares).*$""",
    re.VERBOSE,
)
_PREFIX = re.compile(r"^(?:less|add|plus|deduct|and|memo)\s*[:\-]?\s+(?=\w)")
# "Net income attributable to Acme Corp.", "Total Acme shareholders' equity": the company by its own name.
_ATTRIBUTED = re.compile(
    r"\b((?:attributable|available|applicable) to) (?!.*\b(?:noncontrolling|non-controlling|minority|common|redeemable|"
    r"preferred|participating|class|owners|equity holders|per)\b).+?(?=,? - |, net|$)"
)
_OWN_COMMON = re.compile(
    r"\b((?:attributable|available|applicable) to) \S.*? (?=common (?:share|stock)(?:holder|owner)s?\b)"
)
_OWN_EQUITY = re.compile(
    r"^total (?!liabilities)(?!.*\b(?:and|noncontrolling|preferred|other|common)\b)\S.* "
    r"(?=(?:share|stock)(?:holder|owner)s?\b.* equity$)"
)
_NOTES = re.compile(r"\b(?:see\s+)?notes?\s+[\dA-Za-z]{1,2}(?:\s*(?:,|and|&)\s*\d+)*\s*$")
_JOINED = re.compile(
    r"\b(long|short|non|pre|held|work|available|mark|multi|post|re|un|sub|off|co|anti|write|sell)[- ](?=[a-z])"
)
_WORD = re.compile(r"[a-z]/[a-z]\b|[a-z]+(?:&[a-z]+)*")
_SPACED_JOINS = frozenset({"long", "short", "non"})

STOPWORDS = frozenset(
    (  # noqa: SIM905
        "the a an of for in to on from at by and or with s as its our their which that this these be is are was "
        "year years period periods fiscal ended during amount amounts"
    ).split()
)
# Words that filings use for the same thing, after plural endings are gone.
_FOLD = {
    "earning": "income", "profit": "income", "stockholder": "shareholder", "shareowner": "shareholder",
    "unitholder": "shareholder", "amortisation": "amortization", "amortised": "amortized", "capitalised": "capitalized",
    "used": "provided", "generated": "provided", "programme": "program", "minority": "noncontrolling",
    "inprocess": "process",
}  # fmt: skip
# On a printed row a payment is a payment, whatever noun stands for it; a question's "purchases" may be something else.
_FOLD_LABEL = {
    "purchased": "purchase", "acquisition": "purchase", "acquire": "purchase", "acquired": "purchase",
    "acquiring": "purchase", "disposal": "sale", "disposition": "sale", "sold": "sale", "disposed": "sale",
    "repayment": "payment", "paydown": "payment", "repurchased": "repurchase", "issued": "issuance",
    "issue": "issuance", "issuing": "issuance",
}  # fmt: skip


def clean(text: str) -> str:
    """A label in lower case without brackets, note references and typographic variety."""
    text = " ".join(text.translate(_QUOTES).lower().split())
    for _ in range(2):
        if "(" not in text and "[" not in text:
            break
        text = _BRACKETS.sub(lambda m: f" {m[0][1:-1]} " if _TELLING.fullmatch(m[0][1:-1].strip()) else " ", text)
    # Apostrophes are gone before the company's name is looked for: "Acme's", "shareholders' equity".
    text = " ".join(text.replace("'", "").split())
    if " to " in text:
        text = _OWN_COMMON.sub(r"\1 ", _ATTRIBUTED.sub(r"\1 company", text))
    if text.startswith("total "):
        text = _OWN_EQUITY.sub("total ", text)
    text = _NOTES.sub("", text.replace("paid-in", "paidin").replace("paid in capital", "paidin capital"))
    return text.strip(" .:;,-*†‡§$")


def words(text: str, *, label: bool = True) -> list[str]:
    """The folded words of a cleaned label, in order, without stop words. `label` folds payments and purchases too."""
    joined = _JOINED.sub(_join, text.replace("due to", "dueto").replace("due from", "duefrom"))
    folded = (_fold(word, label) for word in _WORD.findall(joined))
    return [word for word in folded if word]


def word_spans(text: str) -> list[tuple[str, int, int]]:
    """(folded word, start, end) of a question's words without stop words; offsets are into `text`."""
    lowered = text.translate(_PLAIN).lower()
    # Same length throughout: a joined prefix keeps its place as a space-free run of the original characters.
    spans: list[tuple[str, int, int]] = []
    prefix: tuple[str, int] | None = None
    for match in _WORD.finditer(lowered):
        word, start, end = match[0], match.start(), match.end()
        if prefix is not None:
            word, start, prefix = prefix[0] + word, prefix[1], None
        elif (
            word in _PREFIXES
            and lowered[end : end + 1]
            and lowered[end] in _JOINERS[word]
            and lowered[end + 1 : end + 2].isalpha()
        ):
            prefix = (word, start)
            continue
        if word == "s" and start and lowered[start - 1] == "'":
            continue
        folded = _fold(word, False)
        if folded:
            spans.append((folded, start, end))
    return spans


def spoken(text: str) -> tuple[str, ...]:
    """The folded words of a phrase of a question, in order."""
    return tuple(word for word, _, _ in word_spans(text))


def key(tokens: list[str]) -> str:
    """The order-free key of a label's words."""
    return " ".join(sorted(set(tokens)))


def variants(label: str) -> Iterator[tuple[str, float]]:
    """(key, score) of a label, strictest first: whole, without its tail, without "Total", without "net"."""
    whole = clean(label)
    seen: set[str] = set()
    for text, score in ((whole, 1.0), (_PREFIX.sub("", whole), 0.99), (_TAIL.sub("", _PREFIX.sub("", whole)), 0.97)):
        tokens = words(text)
        for dropped, penalty in (
            (frozenset[str](), 0.0),
            (_TOTAL, 0.01),
            (_NET, 0.03),
            (_TOTAL | _NET, 0.04),
            (_VAGUE, 0.06),
        ):
            kept = [token for token in tokens if token not in dropped]
            found = key(kept)
            if found and found not in seen:
                seen.add(found)
                yield found, score - penalty
    if "loss" in whole:
        # A year of losses prints "Loss before income taxes" where another prints "Income (loss) before income taxes".
        found = key(words(whole.replace("losses", "income").replace("loss", "income")))
        if found not in seen:
            yield found, 0.92


_TOTAL = frozenset({"total", "consolidated", "subtotal", "company"})
_NET = frozenset({"net"})
_VAGUE = frozenset({"total", "net", "consolidated", "company", "certain"})
_PREFIXES = frozenset({"long", "short", "non", "pre", "held", "available", "post", "anti", "re", "co"})
_JOINERS = {word: "- " if word in _SPACED_JOINS else "-" for word in _PREFIXES}


def _join(match: re.Match[str]) -> str:
    if match[0][-1] == " " and match[1] not in _SPACED_JOINS:
        return match[0]
    return match[1]


@lru_cache(maxsize=20_000)
def _fold(word: str, label: bool) -> str:
    if word in STOPWORDS:
        return ""
    stem = word
    if len(word) > 3:
        if word.endswith("ies") and len(word) > 4:
            stem = word[:-3] + "y"
        elif word.endswith(("sses", "xes", "ches", "shes")):
            stem = word[:-2]
        elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
            stem = word[:-1]
    stem = _FOLD.get(stem, stem)
    return _FOLD_LABEL.get(stem, stem) if label else stem
