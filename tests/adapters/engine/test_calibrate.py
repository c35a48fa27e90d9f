import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.bases import resolve_base
from adapters.card import Card, CardBase, CardInput, read_card, write_card
from adapters.engine.calibrate import ENGINE, calibrate_adapter
from adapters.errors import AdapterFilesError, EngineError
from adapters.sentiment import open_sentiment

WORDS = ("falls", "holds", "rises", "slumps", "meets", "beats")
TEXTS = [
    f"{a} {b} as {c} moves" for a in ("profit", "sales", "nokia", "orders") for b in WORDS for c in ("demand", "margin")
]


@pytest.fixture(scope="module")
def measured(tiny_base: Any, trained_peft: dict[int, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What engine.json of the tiny adapter holds, measured twice."""
    made = []
    for folder in ("first", "second"):
        directory = tmp_path_factory.mktemp("calibrated") / folder
        shutil.copytree(trained_peft[50], directory)
        base = resolve_base(tiny_base.name, home=tiny_base.home)
        card = Card("tiny", CardBase(base.name, base.sha256, "bert"), input=CardInput("pair", 48))
        calibrate_adapter(directory, base, card, TEXTS, ["nokia", None] * (len(TEXTS) // 2))
        made.append((directory / ENGINE).read_bytes())
    assert made[0] == made[1]
    return json.loads(made[0])


def _written(directory: Path, content: dict[str, Any]) -> None:
    (directory / ENGINE).write_text(json.dumps(content))
    write_card(read_card(directory), directory)


def test_eight_bits_keep_the_labels(measured: dict[str, Any], make_adapter: Any, tmp_path: Path) -> None:
    assert measured["agreement"] >= 0.95
    directory = make_adapter()
    exact = open_sentiment(directory, home=tmp_path)
    assert exact.precision == "float32"
    _written(directory, measured)
    model = open_sentiment(directory, home=tmp_path, precision="int8")
    assert (model.engine, model.precision) == ("openvino", "int8")
    assert (model.probabilities(TEXTS).argmax(1) == exact.probabilities(TEXTS).argmax(1)).mean() >= 0.95


def test_eight_bits_that_change_labels_are_not_used_unless_asked_for(
    measured: dict[str, Any], make_adapter: Any, tmp_path: Path
) -> None:
    directory = make_adapter()
    _written(directory, {**measured, "agreement": 0.9})
    assert open_sentiment(directory, home=tmp_path).precision == "float32"
    assert open_sentiment(directory, home=tmp_path, precision="int8").precision == "int8"


@pytest.mark.parametrize(
    ("change", "says"), [({"adapter": "0" * 64}, "measured on other weights"), ({"ranges": 3}, "no calibration")]
)
def test_a_calibration_of_something_else_is_refused(
    measured: dict[str, Any], make_adapter: Any, tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    directory = make_adapter()
    _written(directory, {**measured, **change})
    with pytest.raises(AdapterFilesError, match=says):
        open_sentiment(directory, home=tmp_path)


def test_what_cannot_be_calibrated_is_said(tiny_base: Any, make_adapter: Any, tmp_path: Path) -> None:
    directory = make_adapter()
    base, card = resolve_base(tiny_base.name, home=tiny_base.home), read_card(directory)
    with pytest.raises(EngineError, match="1 different texts are too few"):
        calibrate_adapter(directory, base, card, ["profit rises"] * 50)
    with pytest.raises(AdapterFilesError, match="brings no head for its 2 labels"):
        calibrate_adapter(directory, base, replace(card, labels=("negative", "positive")), TEXTS)
    with pytest.raises(EngineError, match="has no 8-bit calibration"):
        open_sentiment(directory, home=tmp_path, precision="int8")
