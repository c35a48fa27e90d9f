"""The sample reports tie, and the committed files are what their programs write."""

from __future__ import annotations

from pathlib import Path

from samples import harrowgate, larkmoor, larkmoor_report, northmere

REPORTS = Path(__file__).parents[2] / "samples" / "reports"


def test_larkmoor_balances_and_its_parts_are_plausible():
    f = larkmoor.build()
    assert f["assets"] == f["both"]
    assert f["cash"][2025] == f["cash_balance"][2025]
    for name in ("digital_sales", "asia", "finished", "foreign_current"):
        assert all(value > 0 for value in f[name].values())


def test_larkmoor_is_the_committed_file(tmp_path: Path):
    larkmoor_report.write(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes() == (REPORTS / "larkmoor_10k_2025.pdf").read_bytes()


def test_northmere_is_the_committed_file_and_ties(tmp_path: Path):
    northmere.write(tmp_path / "report.htm")
    assert (tmp_path / "report.htm").read_bytes() == (REPORTS / "northmere_10q_2025q3.htm").read_bytes()
    balance = {row.label: row.values for row in northmere.BALANCE}
    assert balance["Total assets"] == balance["Total liabilities and stockholders’ equity"]


def test_harrowgate_balances():
    rows = {label.strip(): values for label, *values in harrowgate.BALANCE}
    assert rows["Total assets"] == rows["Total liabilities and shareholders' equity"]
    assert all(
        a + b == total
        for a, b, total in zip(
            rows["Total liabilities"], rows["Total shareholders' equity"], rows["Total assets"], strict=True
        )
    )
