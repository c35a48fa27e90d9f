"""Write the sample reports anew: `python -m samples.make_samples [FOLDER]`. All of their companies are invented."""

from __future__ import annotations

import sys
from pathlib import Path

from samples import harrowgate, larkmoor_report, northmere


def main(folder: Path) -> None:
    """Write the three reports into `folder`."""
    larkmoor_report.write(folder / "larkmoor_10k_2025.pdf")
    northmere.write(folder / "northmere_10q_2025q3.htm")
    harrowgate.write(folder / "harrowgate_2025.xlsx")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "samples/reports"))
