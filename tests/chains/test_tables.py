import pytest

from chains.tables import read_table


def test_a_table_of_a_package_below_is_read() -> None:
    assert read_table("planning.toml", "chains.agent")["sides"]
    assert read_table("words.toml") is read_table("words.toml")


def test_a_table_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        read_table("nowhere.toml")
