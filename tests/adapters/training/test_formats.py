"""Damaged and unusual files: quotation marks, line ends, numbers as labels, and what `datasets` writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.errors import DataError
from adapters.training.data import Labelled, read_labelled


def _read(path: Path, content: str) -> Labelled:
    path.write_bytes(content.encode())
    return read_labelled([path])


def test_a_quotation_mark_that_does_not_close_is_named_with_its_lines(tmp_path: Path) -> None:
    rows = "".join(f"row {number},neutral\n" for number in range(9))
    for open_, close in (('"Profit rises,positive', '"Sales" fall,negative'), ('"Profit rises', 'no,"neutral"')):
        data = _read(tmp_path / "a.csv", f"text,label\nfirst,neutral\n{open_}\n{rows}{close}\nlast,neutral\n")
        assert str(data.problems[0]).startswith("a.csv, line 3: lines 3 to 13 are one cell")
        assert [one.text for one in data.examples] == ["first", "last"]
    data = _read(tmp_path / "b.csv", f'text,label\nfirst,neutral\n"Profit rises,positive\n{rows}')
    assert "lines 3 to " in str(data.problems[0]), "to the end of the file"
    data = _read(tmp_path / "c.csv", f'text,label\n"Profit rises,positive\n{rows}Sales fall",negative\nlast,neutral\n')
    assert "lines 2 to 12" in str(data.problems[0]), "each line would be a row"


def test_a_cell_of_several_lines_is_read(tmp_path: Path) -> None:
    data = _read(
        tmp_path / "a.csv",
        'text,label,entity\n"Profit, sales and\nmargin rise, said\n""the"" board",positive,x\n"a\n\nb",neutral,\n',
    )
    assert [one.text for one in data.examples] == ['Profit, sales and\nmargin rise, said\n"the" board', "a\n\nb"]
    assert data.problems == []


def test_a_file_with_tabs_may_hold_quotation_marks_as_text(tmp_path: Path) -> None:
    data = _read(tmp_path / "a.tsv", 'text\tlabel\n"Strong quarter\tpositive\nso "so"\tneutral\n"Bad" day\tnegative\n')
    assert [one.text for one in data.examples] == ['"Strong quarter', 'so "so"', '"Bad" day']
    quoted = _read(tmp_path / "b.tsv", 'text\tlabel\n"He said ""up"""\tpositive\n"two\nlines"\tneutral\n')
    assert [one.text for one in quoted.examples] == ['He said "up"', "two\nlines"]


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_lines_may_end_in_a_carriage_return_alone(suffix: str, tmp_path: Path) -> None:
    content = {
        ".csv": "text,label\ra,positive\rb,neutral\r",
        ".jsonl": '{"text": "a", "label": "positive"}\r{"text": "b", "label": "neutral"}\r',
    }[suffix]
    assert [(one.text, one.line) for one in _read(tmp_path / f"a{suffix}", content).examples] == (
        [("a", 2), ("b", 3)] if suffix == ".csv" else [("a", 1), ("b", 2)]
    )


def test_a_header_that_cannot_be_read_is_an_error_of_the_data(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the header line cannot be read"):
        _read(tmp_path / "a.csv", "text,la\rbel\na,positive\n")


def test_a_file_without_a_header_is_told_what_to_add(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="seems to have no header line.*'positive'.*such as text,label"):
        _read(tmp_path / "a.csv", "Profit rises,positive\nSales fall,negative\n")
    with pytest.raises(DataError, match="there is no column for the text"):
        _read(tmp_path / "b.csv", "body,positive,negative\na,1,0\n")


def test_it_is_said_how_numbers_are_read(tmp_path: Path) -> None:
    data = _read(tmp_path / "a.csv", "text,label\na,0\nb,1\nc,2\n")
    assert "0 as negative, 1 as neutral, 2 as positive (--labels says it otherwise)" in data.remarks[0]
    for pair in ((0, 2), (-1, 1), (0, 1)):
        with pytest.raises(DataError, match="each of the three; say it with --labels"):
            _read(tmp_path / "b.csv", "text,label\n" + "".join(f"row {n},{pair[n % 2]}\n" for n in range(8)))


def test_five_stars_are_no_sentiment(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"\(0, 1, 2, 3, 4\) that can mean several things"):
        _read(tmp_path / "a.csv", "text,label\n" + "".join(f"row {n},{n % 5}\n" for n in range(50)))


def test_a_stray_number_is_a_bad_row(tmp_path: Path) -> None:
    named = _read(tmp_path / "a.csv", "text,label\na,positive\nb,neutral\nc,7\nd,negative\n")
    assert [str(one) for one in named.problems] == [
        "a.csv, line 4: unknown label '7'; expected negative, neutral, positive"
    ]
    numbers = _read(tmp_path / "b.csv", "text,label\na,0\nb,1\nc,2\nd,9\n")
    assert [one.line for one in numbers.problems] == [5] and len(numbers.examples) == 3


def test_parquet_of_datasets_names_its_numbers(tmp_path: Path) -> None:
    import datasets

    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["bearish", "bullish", "neutral"])}
    )
    made = datasets.Dataset.from_dict({"text": ["a", "b", "c", "d"], "label": [0, 1, 2, -1]}, features=features)
    made.to_parquet(str(tmp_path / "a.parquet"))
    data = read_labelled([tmp_path / "a.parquet"])
    assert [one.label for one in data.examples] == ["negative", "positive", "neutral"]
    assert [one.line for one in data.problems] == [4]
