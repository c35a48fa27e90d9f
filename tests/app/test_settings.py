"""Settings: which source wins, and what is said of a wrong one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.errors import CallError
from app.settings import load_settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "home").mkdir()
    return tmp_path


def test_flag_wins_over_environment_over_local_file_over_file_in_home(elsewhere: Path):
    home = {"FINAGENT_HOME": str(elsewhere / "home")}
    assert load_settings({}, home).library == "default"
    (elsewhere / "home/finagent.toml").write_text('library = "of-home"\nworkers = 3')
    assert load_settings({}, home).library == "of-home"
    (elsewhere / "finagent.toml").write_text('library = "of-folder"')
    assert load_settings({}, home).library == "of-folder"
    assert load_settings({}, home | {"FINAGENT_LIBRARY": "of-environment"}).library == "of-environment"
    settings = load_settings({"library": "of-flag", "workers": None}, home | {"FINAGENT_LIBRARY": "of-environment"})
    assert (settings.library, settings.workers) == ("of-flag", 3)


def test_a_local_file_may_set_the_data_directory(elsewhere: Path):
    (elsewhere / "finagent.toml").write_text('home = "home"')
    assert load_settings({}, {}).home == elsewhere / "home"


def test_environment_values_become_what_the_setting_is():
    settings = load_settings({}, {"FINAGENT_WORKERS": "4", "FINAGENT_JSON": "true", "FINAGENT_EXPLAIN": ""})
    assert (settings.workers, settings.json_output, settings.explain) == (4, True, False)


def test_unknown_keys_are_named_with_the_known_ones(elsewhere: Path):
    with pytest.raises(CallError, match=r"FINAGENT_LIBRARRY.*FINAGENT_LIBRARY"):
        load_settings({}, {"FINAGENT_LIBRARRY": "x"})
    (elsewhere / "finagent.toml").write_text("librarry = 'x'\ncolour = 1")
    with pytest.raises(CallError, match=r"colour, librarry in finagent.toml; known settings: home, library,"):
        load_settings({}, {})


def test_all_wrong_values_are_reported_at_once():
    with pytest.raises(CallError) as caught:
        load_settings({}, {"FINAGENT_WORKERS": "many", "FINAGENT_DEBUG": "perhaps"})
    assert "`workers`" in str(caught.value)
    assert "`debug`" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("workers = 0", "`workers`: expected a whole number from 1 to 64, not 0"),
        ("workers = 2.5", "`workers`: expected a whole number from 1 to 64, not 2.5"),
        ("threads = -1", "`threads`: expected a whole number, 1 or more, not -1"),
        ("library = 7", "`library`: expected a text, not 7"),
        ("explain = 3", "`explain`: expected true or false, not 3"),
        ("home = 3", "`home`: expected a folder in quotation marks, not 3"),
    ],
)
def test_a_wrong_value_says_what_was_expected(elsewhere: Path, line: str, said: str):
    (elsewhere / "finagent.toml").write_text(line)
    with pytest.raises(CallError, match=re.escape(said)):
        load_settings({}, {})


def test_a_damaged_file_is_named(elsewhere: Path):
    (elsewhere / "finagent.toml").write_text("library = ")
    with pytest.raises(CallError, match=r"finagent\.toml: not a TOML file"):
        load_settings({}, {})


def test_home_cannot_move_itself(elsewhere: Path):
    (elsewhere / "home/finagent.toml").write_text('home = "/elsewhere"')
    with pytest.raises(CallError, match="`home` cannot be set inside"):
        load_settings({}, {"FINAGENT_HOME": str(elsewhere / "home")})
