import os
import stat
from pathlib import Path

import pytest

from adapters.disk import draft_folder, make_home, write_whole


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_what_is_written_has_the_modes_that_the_umask_leaves(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        write_whole(tmp_path / "a.json", "{}")
        with draft_folder(tmp_path / "b") as draft:
            draft.replace(tmp_path / "b")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.json").stat().st_mode) == 0o666 & ~umask
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o777 & ~umask
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "b"]


def test_a_home_is_for_its_owner_alone(tmp_path: Path) -> None:
    make_home(tmp_path / "home" / "cache")
    make_home(tmp_path / "home" / "cache")
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("home", "home/cache")] == [0o700, 0o700]
    (tmp_path / "file").write_text("")
    with pytest.raises(FileExistsError):
        make_home(tmp_path / "file")
