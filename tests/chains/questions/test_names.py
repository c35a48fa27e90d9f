"""Names of things in a question, and the company whose filings alone print them."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from chains.questions.companies import Company
from chains.questions.directory import Directory
from chains.questions.names import names_in, says, teller_of, unprinted
from ingest.schema import Document, Passage

TEXTS = {
    "acme_2021": "We acquired Blue Kettle on 3 May 2021 for $12 million. Häuser Valves are made here.",
    "acme_2022": "Revenue grew. Our largest customer is Zenith.",
    "borg_2022": "Zenith and Acme compete with us.",
}
DOCUMENTS = [
    Document(name, "0" * 64, name, company=f"{name[:4].title()} Corp", form="10-K", fiscal_year=int(name[-4:]))
    for name in TEXTS
]
COMPANIES = Directory(DOCUMENTS).companies


class Texts:
    """A search by the words of a query alone."""

    def search(self, query: str, k: int = 10, documents: Any = None) -> list[Any]:
        words = re.findall(r"\w+", query.lower())
        return [
            SimpleNamespace(passage=Passage(f"{name}.p1.s1", name, 1, "", text))
            for name, text in TEXTS.items()
            if (documents is None or name in documents) and any(w[:2] in text.lower() for w in words)
        ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("How fast did Blue Kettle grow in fiscal 2021?", ("Blue Kettle",)),
        ("What is the Net Income Margin of KLX?", ("KLX",)),
        ("What was Revenue in 2020?", ()),
        ("What was revenue growth in FY2023, in Q2 and in FY24?", ()),
        ("how much cash is there", ()),
        ("sales of iKettle in May 2021", ("iKettle",)),
    ],
)
def test_names_are_what_is_written_as_one(text: str, names: tuple[str, ...]) -> None:
    found = names_in(text)
    assert set(names) <= set(found) and (names or not found)


def company(names: list[str]) -> Company | None:
    owner = teller_of(names, COMPANIES, Texts())
    return owner.company if owner is not None else None


def test_the_company_is_the_only_one_that_prints_all_names() -> None:
    assert (found := company(["Blue Kettle"])) is not None and found.short == "Acme"
    assert company(["Zenith"]) is None  # two companies print it
    assert company(["Blue Lagoon"]) is None  # nobody does
    assert company(["Blue Kettle", "Zenith"]) is None


def test_an_older_filing_may_speak_of_what_the_asked_ones_do_not() -> None:
    held, older = [DOCUMENTS[1]], [DOCUMENTS[0]]
    assert unprinted("When did Acme buy Blue Kettle?", held, older, Texts()) == (DOCUMENTS[0],)
    assert unprinted("Is Zenith a customer of Acme?", held, older, Texts()) == ()


def test_accents_and_hyphens_do_not_matter() -> None:
    assert says("Hauser-Valves", TEXTS["acme_2021"])
    assert not says("Kettles", TEXTS["acme_2021"])
