"""Notes are kept once, in order, until they are forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chains.agent.memory import open_memory
from chains.agent.notes import LONGEST, MOST, NoteError, Notes


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[Notes]:
    with open_memory(tmp_path, "none") as memory:
        yield Notes(memory)


def test_notes_come_back_in_the_order_they_were_made(notes: Notes):
    for text in ("b", "a", "c"):
        notes.add(text)
    assert [note.text for note in notes.all()] == ["b", "a", "c"]


def test_the_same_words_are_one_note(notes: Notes):
    assert notes.add("Our fiscal year starts in July.") == notes.add("our fiscal year  starts in july")
    assert len(notes.all()) == 1


def test_a_note_is_forgotten_by_its_id_its_words_or_some_that_only_it_has(notes: Notes):
    identity = notes.add("my default company is Larkmoor")
    notes.add("always answer in millions")
    notes.add("always cite pages")
    assert notes.remove("always") == []  # two have it
    assert notes.remove(identity) == ["my default company is Larkmoor"]
    assert notes.remove("Always answer in MILLIONS") == ["always answer in millions"]
    assert notes.remove("pages") == ["always cite pages"]
    assert notes.remove("pages") == []


@pytest.mark.parametrize("text", ["", "  ", "x" * (LONGEST + 1)])
def test_what_is_no_note_is_refused(notes: Notes, text: str):
    with pytest.raises(NoteError, match="expected 1 to"):
        notes.add(text)


def test_there_is_an_end_to_notes(notes: Notes):
    for number in range(MOST):
        notes.add(f"note {number}")
    with pytest.raises(NoteError, match="forget one first"):
        notes.add("one more")
