"""The ledger: documents, figures and checks in SQL. Nothing else in the project knows SQL.

A version of a document is one row of `documents`, known inside by its integer `key`. A new version is written
as `pending` and becomes `ready` in the same transaction that stores its figures and turns the old version into
`removing`. Readers see ready versions only, so they never see half a document, and an interrupted write leaves
nothing but pending or removing rows to clean.

Figures are kept normalised: a table (caption, statement), a line item (label, path, concept, segment) and a
column (headers, period, fiscal year) are each stored once a document, and a figure refers to them by number.
"""

from __future__ import annotations

from ingest.ledger.database import OWNER
from ingest.ledger.documents import Status, Stored
from ingest.ledger.figures import FigureStore, TableEntry

__all__ = ["OWNER", "Ledger", "Status", "Stored", "TableEntry"]


class Ledger(FigureStore):
    """The SQL store of one library. Safe to use from several threads and processes.

    Every method raises `LibraryError` when the database is locked, read-only, damaged or on a full disk.
    """
