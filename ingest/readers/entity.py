"""What a file states about its company where the tags are left out: elements of the SEC's `dei` taxonomy by name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ingest.readers.inline import transform
from ingest.schema import Table

_ELEMENT = re.compile(
    r"^(?:Entity[A-Z]\w+|Document(?:Type|PeriodEndDate|Fiscal\w+|AnnualReport|QuarterlyReport|TransitionReport)"
    r"|AmendmentFlag|CurrentFiscalYearEndDate|TradingSymbol|Security(?:12bTitle|ExchangeName))$"
)


def is_entity_element(name: str) -> bool:
    """Whether a name without its prefix is an element of the Document and Entity Information taxonomy."""
    return bool(_ELEMENT.match(name))


def stated_in(tables: Iterable[Table]) -> dict[str, str]:
    """The properties on a cover page ("Entity Registrant Name | Acme Corp."), each as `dei:<element>`."""
    stated: dict[str, str] = {}
    for table in tables:
        for row in table.rows:
            name = re.sub(r"[^A-Za-z0-9]", "", row.label.title() if row.label.islower() else row.label)
            text = next((cell.text for cell in row.cells if cell is not None and cell.text), "")
            if text and is_entity_element(name):
                stated.setdefault(f"dei:{name}", transform(text, "date") if "Date" in name else text)
    return stated
