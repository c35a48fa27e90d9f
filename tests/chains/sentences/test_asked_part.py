"""Of which part of a company a line speaks: what names it stands over it, on its page or on the one before."""

import pytest

from chains.sentences.asked_part import ABOUT, Place, asked_part, written_as_names
from chains.sentences.asked_words import weak_stems
from chains.sentences.quotable import lines_of
from chains.sentences.quotes import Quote
from chains.sentences.retrieval import RankedPage
from chains.sentences.stems import stems
from chains.sentences.told_above import told_above
from ingest.schema import Passage


def part(question: str, topic: str) -> set[str]:
    found = asked_part(question, topic, weak_stems())
    return set(found.stems) if found is not None else set()


@pytest.mark.parametrize(
    ("question", "topic", "named"),
    [
        (
            "Why did the margin of Acme's Pumps and Filters segment rise?",
            "margin Pumps Filters segment rise",
            "Pumps Filters",
        ),
        ("What explains the lower SG&A in the domestic business?", "explains lower SG&A domestic business", "domestic"),
        (
            "Why did revenue of the marine coatings division fall?",
            "revenue marine coatings division fall",
            "marine coatings",
        ),
        ("Why did Europe's operating income drop?", "Europe operating income drop", "Europe"),
        ("Why did operating income fall?", "operating income fall", ""),
        ("What drove the change in gross margin?", "drove change gross margin", ""),
        ("Why did EBITDA rise?", "EBITDA rise", ""),
    ],
)
def test_what_names_a_part(question: str, topic: str, named: str) -> None:
    assert part(question, topic) == set(stems(named))


def page(number: int, *texts: str, section: str = "") -> RankedPage:
    passages = tuple(Passage(f"a.p{number}.s{n}", "a", number, section, text) for n, text in enumerate(texts))
    return RankedPage("a", number, 1.0, passages, 0.5)


PUMPS = asked_part("Why did the Pumps segment's margin rise?", "Pumps segment margin rise", weak_stems())
MARGIN = "Operating margins increased 2 points, driven by prices."


def about(*pages: RankedPage) -> list[float]:
    return [line.part for line in lines_of(pages, PUMPS) if line.text == MARGIN]


def test_a_line_is_about_the_part_that_the_lines_above_it_name() -> None:
    (found,) = about(page(1, f"Sales in Pumps totaled $5 million.\nPrices were raised twice this year.\n{MARGIN}"))
    assert found >= ABOUT


def test_another_part_that_begins_in_the_same_way_ends_it() -> None:
    (found,) = about(page(1, f"Sales in Pumps totaled $5 million.\nSales in Filters totaled $3 million.\n{MARGIN}"))
    assert found < ABOUT
    (found,) = about(page(1, f"Pumps Segment\nPrices were raised.\nFilters Segment\n{MARGIN}"))
    assert found < ABOUT


def test_the_page_before_may_name_it() -> None:
    before = page(1, "Sales in Pumps totaled $5 million.")
    assert about(page(2, MARGIN), before)[0] >= ABOUT
    assert about(page(3, MARGIN), before)[0] < ABOUT


def test_without_a_part_lines_under_the_heading_of_one_are_marked() -> None:
    place = Place(None)
    assert [place.of(line) < 1 for line in ("Consolidated Results", MARGIN, "Pumps Segment", MARGIN)] == [
        False,
        False,
        True,
        True,
    ]


def test_a_sentence_that_a_line_break_tore_is_joined() -> None:
    torn = "The increase in the rate was primarily due to\nthe impairment charges, most of which are not deductible."
    assert [line.text for line in lines_of([page(1, torn)])] == [torn.replace("\n", " ")]
    apart = "Valves and fittings\nPumps of all sizes are made here."
    assert "Pumps of all sizes are made here." in [line.text for line in lines_of([page(1, apart)])]


def test_a_name_in_small_letters_is_one_where_filings_write_it_so() -> None:
    texts = [
        "Sales in Pumps and Filters fell. The Filters business and the Filters plant grew. We sell valves; valves sell."
    ]
    question = written_as_names("why did filters margin fall, and valves margin?", texts)
    assert question == "why did Filters margin fall, and valves margin?"


def test_what_is_described_above_is_quoted_too() -> None:
    expenses = "The increase in operating expenses was due to a fire at the plant."
    income = "Operating income decreased due to the increased operating expenses described above."
    held = page(1, f"Sales were flat.\n{expenses}\n{income}")
    quote = Quote(held.passages[0], income, 1.0, 1.0, 1.0, cause=1.0)
    found = told_above(quote, [held])
    assert found is not None
    assert found.text == expenses
    assert told_above(Quote(held.passages[0], expenses, 1.0, 1.0, 1.0), [held]) is None
