import os
from pathlib import Path

from adapters.engine.kept import prune

HASHES = ["0" * 16, "a" * 16]


def test_old_engines_of_an_adapter_go_and_all_others_stay(tmp_path: Path) -> None:
    names = [f"news-{digest}-{kind}" for digest in HASHES for kind in ("int8", "float32")]
    others = [f"news-1-{HASHES[0]}-int8", "53aa51172d142c89-openvino-int8-2", ".new.part", "news"]
    for name in [*names, *others, ".old.part", "old.77.part"]:
        (tmp_path / "engines" / name).mkdir(parents=True)
    for name in (".old.part", "old.77.part"):
        os.utime(tmp_path / "engines" / name, (1, 1))
    prune(tmp_path, "news", keep=names[0])
    left = {path.name for path in (tmp_path / "engines").iterdir()}
    assert left == {names[0], names[1], names[3], *others}
    prune(tmp_path, "news")
    assert {path.name for path in (tmp_path / "engines").iterdir()} == set(others)
    prune(tmp_path / "nowhere", "news")
