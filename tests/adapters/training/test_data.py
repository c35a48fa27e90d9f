"""Labelled data: every format, every kind of damage, duplicates and splits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.card import text_id
from adapters.errors import DataError
from adapters.labels import parse_scheme
from adapters.training.data import Columns, Example, check_classes, read_labelled, report, split, without_leaks

ROWS = [("Profit rises", "positive", "Nokia"), ("Sales fall, again", "negative", ""), ("It meets", "neutral", "Ålands")]


def _texts(path: Path, columns: Columns | None = None) -> list[tuple[str, str, str | None]]:
    return [(one.text, one.label, one.entity) for one in read_labelled([path], columns or Columns()).examples]


def _write(path: Path, form: str) -> Path:
    if form == "csv":
        path.write_text("text,label,entity\n" + "".join(f'"{t}",{one},{e}\n' for t, one, e in ROWS), encoding="utf-8")
    elif form == "tsv":
        path.write_text(
            "headline\tsentiment\tentity\n" + "".join(f"{t}\t{one}\t{e}\n" for t, one, e in ROWS), encoding="utf-8"
        )
    elif form == "jsonl":
        rows = [{"text": t, "label": one, "entity": e or None} for t, one, e in ROWS]
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    elif form == "parquet":
        import pyarrow
        import pyarrow.parquet

        columns = {
            "text": [t for t, _, _ in ROWS],
            "label": [one for _, one, _ in ROWS],
            "entity": [e for _, _, e in ROWS],
        }
        pyarrow.parquet.write_table(pyarrow.table(columns), path)
    return path


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "parquet"])
def test_each_format_gives_the_same_examples(form: str, tmp_path: Path) -> None:
    read = _texts(_write(tmp_path / f"rows.{form}", form))
    assert read == [(text, label, entity or None) for text, label, entity in ROWS]


def test_phrasebank_lines_are_sentence_and_label(tmp_path: Path) -> None:
    path = tmp_path / "Sentences_AllAgree.txt"
    path.write_bytes(
        "Sales by e-mail@net rose .@positive\nStora Enso lost \xe4 lot@negative\nno label here\n".encode("latin-1")
    )
    data = read_labelled([path])
    assert [(one.text, one.label, one.line) for one in data.examples] == [
        ("Sales by e-mail@net rose .", "positive", 1), ("Stora Enso lost ä lot", "negative", 2),
    ]  # fmt: skip
    assert [str(one) for one in data.problems] == ["Sentences_AllAgree.txt, line 3: no @; expected sentence@label"]
    assert "1 of 4 lines are not UTF-8 (the first is line 2)" in data.remarks[0]


def test_a_hugging_face_data_set_names_its_numbers(tmp_path: Path) -> None:
    import datasets

    features = datasets.Features(
        {"sentence": datasets.Value("string"), "label": datasets.ClassLabel(names=["positive", "negative", "neutral"])}
    )
    made = datasets.Dataset.from_dict({"sentence": ["up", "down", "same"], "label": [0, 1, 2]}, features=features)
    made.save_to_disk(str(tmp_path / "one"))
    assert [one[1] for one in _texts(tmp_path / "one")] == ["positive", "negative", "neutral"]
    datasets.DatasetDict({"train": made, "test": made}).save_to_disk(str(tmp_path / "both"))
    data = read_labelled([tmp_path / "both"])
    assert len(data.examples) == 3 and "left out" in data.remarks[0] and "both/test" in data.remarks[0]
    assert len(_texts(tmp_path / "both" / "test")) == 3
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no Hugging Face data set"):
        read_labelled([tmp_path / "empty"])


def test_bad_rows_are_named_by_line_and_the_others_used(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(
        'text,label\ngood news,positive\n"two\nlines",negative\n,neutral\nodd,perhaps\n\n'
        "too,many,cells\nonly a text\n  ,positive\nlast,neutral\n",
        encoding="utf-8",
    )
    data = read_labelled([path])
    assert [(one.text, one.line) for one in data.examples] == [("good news", 2), ("two\nlines", 3), ("last", 11)]
    said = [str(one) for one in data.problems]
    assert said[0] == "rows.csv, line 8: 3 cells under 2 columns; a cell that holds ',' needs quotes"
    assert "rows.csv, line 5: the text is empty; expected a text" in said
    assert "rows.csv, line 6: unknown label 'perhaps'; expected negative, neutral, positive" in said
    assert "rows.csv, line 9: unknown label None; expected negative, neutral, positive" in said
    assert len(said) == 5
    assert report(data)[0] == "5 rows are left out:"


def test_jsonl_damage_is_told_by_line(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    deep = "[" * 100_000
    path.write_text(
        f'{{"text": "a", "label": "positive"}}\n{{broken\n[1]\n{deep}\n{{"text": 5, "label": "neutral"}}\n'
        '{"text": null, "label": "neutral"}\n{"text": "b", "label": null}\n'
        '{"text": "c", "label": "neutral", "entity": ["x"]}\n{"text": "emoji 🚀 und Umlaute", "label": "negative"}\n',
        encoding="utf-8",
    )
    data = read_labelled([path])
    assert [one.line for one in data.examples] == [1, 9]
    assert sorted(one.line for one in data.problems) == [2, 3, 4, 5, 6, 7, 8]


def test_a_column_that_is_missing_lists_those_that_are_there(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("headline;stars;company\nnews;1;x\n")
    with pytest.raises(
        DataError, match=r"no column for the label \(label or sentiment\); it has headline, stars, company"
    ):
        read_labelled([path])
    with pytest.raises(DataError, match="no column 'body'; it has headline, stars, company"):
        read_labelled([path], Columns(text="body"))
    path.write_text("headline;stars;company\nnews;up;x\n")
    with pytest.raises(DataError, match=r"1 rows are unusable \(rows.csv, line 2: unknown label 'up'"):
        read_labelled([path], Columns(label="stars"))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("rows.csv", b"", "it is empty"),
        ("rows.csv", b"text,label\n", "it is empty"),
        ("rows.jsonl", b"\n\n", "it is empty"),
        ("rows.parquet", b"PAR1 not at all", "not a whole Parquet file"),
        ("rows.xlsx", b"x", r"the format .xlsx is not read; expected .csv, .tsv"),
        ("rows", b"x", "without a suffix"),
    ],
)
def test_a_file_that_gives_nothing_says_why(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=said):
        read_labelled([tmp_path / name])


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such file"):
        read_labelled([tmp_path / "none.csv"])


def test_a_cell_of_a_megabyte_and_utf16_are_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("text,label\n" + "x" * 1_000_000 + ",neutral\n", encoding="utf-16")
    assert len(_texts(path)[0][0]) == 1_000_000


def test_numbers_are_labels_where_they_can_mean_one_thing_only(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("text,label\na,0\nb,1\nc,2\n")
    assert [one[1] for one in _texts(path)] == ["negative", "neutral", "positive"]
    path.write_text("text,label\na,-1\nb,1.0\nc,0\n")
    assert [one[1] for one in _texts(path)] == ["negative", "positive", "neutral"]
    path.write_text("text,label\na,0\nb,1\n")
    with pytest.raises(DataError, match=r"numbers \(0, 1\) that can mean several things.*--labels"):
        read_labelled([path])
    assert [one[1] for one in _texts(path, Columns(scheme=parse_scheme("0=positive,1=negative")))] == [
        "positive",
        "negative",
    ]


def test_duplicates_and_contradictions_are_found_whatever_case_and_spaces(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [
        ("Profit up", "positive", None), ("profit  UP", "positive", None), ("Profit up", "neutral", None),
        ("Torn", "positive", None), ("torn", "negative", None), ("Profit up", "negative", "Nokia"),
    ]  # fmt: skip
    path.write_text("\n".join(json.dumps({"text": t, "label": one, "entity": e}) for t, one, e in rows))
    data = read_labelled([path])
    assert [(one.text, one.label, one.entity) for one in data.examples] == [
        ("Profit up", "positive", None), ("Profit up", "negative", "Nokia"),
    ]  # fmt: skip
    assert [one.line for one in data.duplicates] == [2]
    assert [one.line for one in data.contradictions] == [1, 2, 3, 4, 5]
    said = "\n".join(report(data))
    assert "1 rows say what an earlier one says" in said and "5 rows contradict" in said
    path.write_text("\n".join(json.dumps({"text": "Torn", "label": one}) for one in ("positive", "negative")))
    with pytest.raises(DataError, match="all 2 rows contradict each other"):
        read_labelled([path])


def _examples(count: int) -> list[Example]:
    labels = ("negative", "neutral", "positive")
    return [Example(f"text {number // 2}", f"entity {number}", labels[number // 2 % 3]) for number in range(count)]


def test_a_split_keeps_each_text_on_one_side_and_the_shares_of_labels() -> None:
    training, held = split(_examples(600), 0.1, seed=3)
    assert len(held) == 60 and len(training) == 540
    assert not {text_id(one.text) for one in training} & {text_id(one.text) for one in held}
    assert {label: sum(one.label == label for one in held) for label in ("negative", "neutral", "positive")} == {
        "negative": 20, "neutral": 20, "positive": 20,
    }  # fmt: skip


def test_a_split_depends_on_texts_and_seed_and_not_on_the_order() -> None:
    examples = _examples(200)
    held = {one.entity for one in split(examples, 0.2, seed=1)[1]}
    assert {one.entity for one in split(examples[::-1], 0.2, seed=1)[1]} == held
    assert {one.entity for one in split(examples, 0.2, seed=2)[1]} != held
    assert split(examples, 0.0, seed=1)[1] == []


def test_texts_of_the_validation_part_are_leaks_in_training() -> None:
    training = [Example("Profit UP ", None, "positive"), Example("other", None, "neutral")]
    clean, leaks = without_leaks(training, [Example("profit up", "Nokia", "negative")])
    assert [one.text for one in clean] == ["other"] and [one.text for one in leaks] == ["Profit UP "]


def test_one_class_cannot_be_learned() -> None:
    with pytest.raises(DataError, match="all 2 rows have the label neutral"):
        check_classes([Example("a", None, "neutral"), Example("b", None, "neutral")], "the data")
