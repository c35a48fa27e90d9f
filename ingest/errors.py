"""The errors that ingest raises. Each message is one line: what was wrong, what was expected, what to do."""

from __future__ import annotations


class IngestError(Exception):
    """Any failure of ingest that the user can act on."""


class UnreadableFileError(IngestError):
    """A file that cannot be read as what it claims to be: damaged, encrypted, empty, of another format."""


class UnsafeFileError(UnreadableFileError):
    """A file that would harm the reader: a ZIP bomb, an XML entity expansion, an external entity."""


class LibraryError(IngestError):
    """A library that cannot be used: locked, of a newer version, on a full disk."""


class LibraryBusyError(LibraryError):
    """Another writer has the library, and did not leave in time."""
