"""Question files are read line by line; answers are written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from app.errors import CallError
from app.files import check_question, read_questions, whole_file


def test_good_lines_are_read_and_bad_ones_named_with_their_numbers(tmp_path: Path):
    path = tmp_path / "questions.jsonl"
    path.write_text(
        '\ufeff{"id": 7, "question": "Sales?\u2028Now?", "document": "a"}\n\n{"question": "Costs?"}\n{"question": \n'
        '[1]\n{"id": "x"}\n{"question": " "}\n{"question": "a", "document": 1}\n{"question": "too long"}\n',
        encoding="utf-8",
    )
    questions, problems = read_questions(path, longest=12)
    assert [(q.id, q.question, q.document) for q in questions] == [
        ("7", "Sales?\u2028Now?", "a"), ("3", "Costs?", None), ("9", "too long", None),
    ]  # fmt: skip
    assert [problem.split(": ")[0] for problem in problems] == [f"{path}, line {n}" for n in (4, 5, 6, 7, 8)]
    assert "not JSON" in problems[0]
    assert "found list" in problems[1]


def test_deep_nesting_is_a_bad_line_not_a_crash(tmp_path: Path):
    path = tmp_path / "q.jsonl"
    path.write_text("[" * 200_000)
    questions, problems = read_questions(path, 100)
    assert (questions, len(problems)) == ([], 1)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00question", None])
def test_a_file_that_is_not_text_or_not_there_is_a_wrong_call(tmp_path: Path, content: bytes | None):
    path = tmp_path / "q.jsonl"
    if content:
        path.write_bytes(content)
    with pytest.raises(CallError, match="--file"):
        read_questions(path, 100)


def test_long_and_empty_questions_are_said_to_be():
    assert "empty" in (check_question(" \n", 10) or "")
    assert "100,000 characters, more than the 10" in (check_question("x" * 100_000, 10) or "")
    assert check_question("Sales?", 10) is None


def test_an_interrupted_output_leaves_the_old_file_and_no_litter(tmp_path: Path):
    path = tmp_path / "answers.jsonl"
    path.write_text("old")
    with pytest.raises(OSError, match="full"), whole_file(path) as file:
        file.write("new")
        raise OSError(errno.ENOSPC, "disk full")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["answers.jsonl"]
    with whole_file(path) as file:
        file.write("new")
    assert path.read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["answers.jsonl"]


def test_an_output_in_no_folder_is_a_wrong_call(tmp_path: Path):
    with pytest.raises(CallError, match="does not exist"), whole_file(tmp_path / "no" / "answers.jsonl"):
        pass
    with pytest.raises(CallError, match="is a folder"), whole_file(tmp_path):
        pass


def test_what_is_no_file_is_written_to_and_not_replaced(tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with whole_file(pipe) as file:
            file.write("x\n")
        assert os.read(reader, 10) == b"x\n"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_the_file_behind_a_link_is_written(tmp_path: Path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real/answers")
    with whole_file(tmp_path / "link") as file:
        file.write("x\n")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real/answers").read_text() == "x\n"


def test_an_output_keeps_the_mode_of_the_old_file_and_a_new_one_obeys_the_umask(tmp_path: Path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.touch()
    old.chmod(0o600)
    mask = os.umask(0o027)
    try:
        for path in (old, new):
            with whole_file(path) as file:
                file.write("x")
    finally:
        os.umask(mask)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (old, new)] == [0o600, 0o640]
