"""From files to a library: readers, tables, figures, checks, the ledger and the index."""
