"""Tagged news as the agent reads it, from files of several forms."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest

from app.news import NewsFiles, open_news
from app.settings import load_settings

HEAD = "published,company,symbol,headline,sentiment,confidence,p_negative,p_neutral,p_positive\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_text(
        HEAD
        + '13/10/2025,Acme;Beta,ACM,"Acme ""wins"", Beta loses",positive,0.9,0.05,0.05,0.9\n'
        + "02/11/2025,Acme,ACM,Acme slips,negative,0.8,0.8,0.1,0.1\n"
        + ",Acme,,,,,,,\n"
    )
    row = {"text": "Gamma meets", "date": "2025-11-04T10:00:00Z", "fin_sentiment": "neutral", "fin_confidence": 0.7}
    (tmp_path / "b.jsonl").write_text(
        json.dumps(row | {"fin_p_negative": 0, "fin_p_neutral": 1, "fin_p_positive": 0}) + "\n"
    )
    os.utime(tmp_path / "a.csv", (1, 1))
    return tmp_path


def test_files_of_tagged_rows_are_read_the_newest_first(folder: Path) -> None:
    items = NewsFiles(folder).items()
    assert [(i.text, i.sentiment, i.date) for i in items] == [
        ("Gamma meets", "neutral", date(2025, 11, 4)),
        ('Acme "wins", Beta loses', "positive", date(2025, 10, 13)),
        ("Acme slips", "negative", date(2025, 11, 2)),  # the row before tells that days come first
    ]
    assert (items[1].entities, items[1].file, items[1].line, items[1].confidence) == (
        ("Acme", "Beta", "ACM"),
        "a.csv",
        1,
        0.9,
    )


def test_what_was_not_tagged_is_left_out_and_told_of_once(folder: Path) -> None:
    (folder / "plain.csv").write_text("headline\nAcme wins\n")
    (folder / "broken.csv").write_bytes(b"\x00\xff" * 50)
    (folder / "notes.txt").write_text("not rows")
    (folder / "sub").mkdir()
    said: list[str] = []
    files = NewsFiles(folder, said.append)
    assert len(files.items()) == len(files.items()) == 3
    assert sum("the news of plain.csv is left out: it has no column sentiment" in one for one in said) == 1
    assert len(said) == 2


def test_a_changed_file_is_read_again(folder: Path) -> None:
    files = NewsFiles(folder)
    assert len(files.items()) == 3
    (folder / "b.jsonl").unlink()
    with (folder / "a.csv").open("a") as file:
        file.write("03/11/2025,Acme,ACM,Acme rests,neutral,0.8,0.1,0.8,0.1\n")
    assert [i.text for i in files.items()][-1] == "Acme rests"


def test_one_file_or_none_will_do(folder: Path, tmp_path: Path) -> None:
    assert len(NewsFiles(folder / "a.csv").items()) == 2
    assert NewsFiles(tmp_path / "nowhere").items() == []


def test_the_setting_names_the_place(tmp_path: Path) -> None:
    settings = load_settings({"home": tmp_path}, {})
    assert open_news(settings)._path == tmp_path / "news"
    named = open_news(load_settings({"home": tmp_path, "news": "/data/wire"}, {}))
    assert named._path == Path("/data/wire")
    assert "the setting news" in named.place and "/" not in named.place  # no path is told
