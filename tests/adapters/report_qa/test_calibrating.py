"""8-bit integers: measured on questions, kept with the adapter, and used where they keep its answers."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.bases import Base
from adapters.card import read_card, write_card
from adapters.engine.calibrate import ENGINE
from adapters.errors import AdapterFilesError, EngineError
from adapters.files import check_base
from adapters.report_qa.answering import ReportQaModel, open_report_qa
from adapters.report_qa.calibrating import LEAST, calibrate_report_qa
from adapters.report_qa.forms import Evidence
from tests.adapters.conftest import Tiny
from tests.adapters.report_qa.conftest import evidence

ASKED = [
    evidence(f"{ask} in {year}?") for ask in ("What was material", "Net sales", "Why") for year in range(2012, 2022)
]


@pytest.fixture
def copy(qa_adapter: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(qa_adapter, tmp_path / "qa-1"))


def base_of(directory: Path, home: Path) -> Base:
    return check_base(read_card(directory), home=home, download=False)


def opened(directory: Path, home: Path, precision: str = "auto") -> ReportQaModel:
    made = open_report_qa(directory, home=home, threads=1, precision=precision)
    assert isinstance(made, ReportQaModel)
    return made


def test_a_calibrated_adapter_is_served_in_8_bits_and_says_nearly_the_same(copy: Path, qa_base: Tiny) -> None:
    card, base = read_card(copy), base_of(copy, qa_base.home)
    made = calibrate_report_qa(copy, base, card, ASKED)
    first = (copy / ENGINE).read_bytes()
    calibrate_report_qa(copy, base, card, ASKED)
    assert (copy / ENGINE).read_bytes() == first, "the same questions give the same file"
    assert 0 <= made.agreement <= 1 and made.calibration.ranges
    write_card(card, copy)
    exact = opened(copy, qa_base.home, "float32")
    forced = opened(copy, qa_base.home, "int8")
    assert (exact.precision, forced.precision) == ("float32", "int8")
    asked = ASKED[0]
    (near,), (same,) = (model.answer([asked]) for model in (forced, exact))
    assert near.confidence == pytest.approx(same.confidence, abs=0.2)


@pytest.mark.parametrize(("agreement", "precision"), [(0.99, "int8"), (0.5, "float32")])
def test_answers_that_8_bits_change_are_given_in_float32(
    copy: Path, qa_base: Tiny, agreement: float, precision: str
) -> None:
    card = read_card(copy)
    calibrate_report_qa(copy, base_of(copy, qa_base.home), card, ASKED)
    content = json.loads((copy / ENGINE).read_text())
    (copy / ENGINE).write_text(json.dumps({**content, "agreement": agreement}))
    write_card(card, copy)
    assert opened(copy, qa_base.home).precision == precision


def test_without_a_calibration_8_bits_are_refused(copy: Path, qa_base: Tiny) -> None:
    assert opened(copy, qa_base.home).precision == "float32"
    with pytest.raises(EngineError, match="has no 8-bit calibration; expected precision float32 or auto"):
        opened(copy, qa_base.home, "int8")


def test_a_calibration_of_other_weights_is_refused(copy: Path, qa_base: Tiny) -> None:
    card = read_card(copy)
    calibrate_report_qa(copy, base_of(copy, qa_base.home), card, ASKED)
    content = json.loads((copy / ENGINE).read_text())
    (copy / ENGINE).write_text(json.dumps({**content, "adapter": "0" * 64}))
    write_card(card, copy)
    with pytest.raises(AdapterFilesError, match="measured on other weights"):
        opened(copy, qa_base.home)


def test_too_few_questions_are_no_measure(copy: Path, qa_base: Tiny) -> None:
    few = [replace(one, history=()) for one in ASKED[: LEAST - 1]]
    with pytest.raises(EngineError, match=f"expected {LEAST} or more"):
        calibrate_report_qa(copy, base_of(copy, qa_base.home), read_card(copy), few)
    assert not (copy / ENGINE).exists()


def test_evidence_without_a_table_is_measured_too(copy: Path, qa_base: Tiny) -> None:
    bare = [Evidence(f"Who led it in {year}?") for year in range(1990, 1990 + LEAST)]
    made = calibrate_report_qa(copy, base_of(copy, qa_base.home), read_card(copy), bare)
    assert 0.5 <= made.agreement <= 1 and made.calibration.ranges
