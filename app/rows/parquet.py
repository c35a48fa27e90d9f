"""Parquet: columns, types and metadata are kept as the schema has them, row group by row group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, Literal

from app.errors import AppError, CallError
from app.rows.forms import Batch, Tags, Writer

_GROUP_ROWS = 1 << 16  # rows of a row group that is written
_GROUP_BYTES = 64 << 20
_BUFFER = 1 << 20
_BATCH_BYTES = 32 << 20


class ParquetRows:
    """The rows of a Parquet file. `total` counts rows."""

    form: Literal["parquet"] = "parquet"
    fallbacks = 0
    encoding = "utf-8"

    def __init__(self, path: str) -> None:
        import pyarrow.parquet as pq

        self.name = path
        with _said(path):
            # A buffer, or each column of a row group would be read whole.
            self._file: Any = pq.ParquetFile(path, buffer_size=_BUFFER)
        self._schema: Any = self._file.schema_arrow
        self.columns = tuple(self._schema.names)
        self.total: int | None = self._file.metadata.num_rows

    def close(self) -> None:
        self._file.close()

    def check_text(self, column: str, option: str) -> None:
        """Raise CallError where a column holds no text."""
        import pyarrow.types as types

        kind = self._schema.field(column).type
        inner = kind.value_type if types.is_dictionary(kind) else kind
        if not (types.is_string(inner) or types.is_large_string(inner) or types.is_string_view(inner)):
            raise CallError(f"{self.name}: the column {column!r} ({option}) holds {kind}; expected text")

    def batches(self, wanted: Sequence[str], size: int) -> Iterator[Batch]:
        position = 0
        size = min(size, self._fitting())
        with _said(self.name):
            for record in self._file.iter_batches(batch_size=size, use_threads=False):
                position += record.num_rows
                cells = {name: record.column(name).to_pylist() for name in wanted}
                yield Batch(record.num_rows, cells, record, position)

    def _fitting(self) -> int:
        """Rows that hold about `_BATCH_BYTES`, by the largest row group."""
        groups = [self._file.metadata.row_group(i) for i in range(self._file.metadata.num_row_groups)]
        most = max((group.total_byte_size / group.num_rows for group in groups if group.num_rows), default=0.0)
        return max(1, int(_BATCH_BYTES / most)) if most else _GROUP_ROWS

    def values(self, batch: Batch) -> Iterable[Sequence[Any]]:
        columns = [column.to_pylist() for column in batch.kept.columns]
        return zip(*columns, strict=True) if columns else ()

    def writer(self, file: BinaryIO, added: Sequence[str]) -> Writer:
        codec = "snappy"
        if self._file.metadata.num_row_groups and self._file.metadata.num_columns:
            codec = self._file.metadata.row_group(0).column(0).compression.lower()
        return ParquetWriter(file, self._schema, added, "none" if codec == "uncompressed" else codec)


class ParquetWriter:
    """Rows of a schema with the added columns at its end: text for the label, float32 for the numbers."""

    def __init__(self, file: BinaryIO, schema: Any, added: Sequence[str], codec: str) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._schema = schema
        for name in added:
            self._schema = self._schema.append(pa.field(name, pa.string() if name == added[0] else pa.float32()))
        self._writer: Any = pq.ParquetWriter(file, self._schema, compression=codec)
        self._waiting: list[Any] = []

    def write(self, batch: Batch, tags: Tags) -> None:
        import pyarrow as pa

        numbers = [(None,) * 4 if each is None else each for each in tags.numbers]
        arrays = [*batch.kept.columns, pa.array(tags.labels, pa.string())]
        arrays += [pa.array([each[i] for each in numbers], pa.float32()) for i in range(4)]
        self._waiting.append(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
        rows = sum(record.num_rows for record in self._waiting)
        if rows >= _GROUP_ROWS or sum(record.nbytes for record in self._waiting) >= _GROUP_BYTES:
            self._flush(rows)

    def close(self) -> None:
        self._flush(sum(record.num_rows for record in self._waiting))
        self._writer.close()

    def abandon(self) -> None:
        self._waiting = []
        with suppress(OSError, ValueError):  # it would write its index at its end, when the file is closed already
            self._writer.close()
        self._writer.is_open = False

    def _flush(self, rows: int) -> None:
        import pyarrow as pa

        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting, self._schema), row_group_size=max(rows, 1))
            self._waiting = []


@contextmanager
def _said(path: str) -> Iterator[None]:
    """What pyarrow says of a file, as one line of ours."""
    import pyarrow as pa

    try:
        yield
    except FileNotFoundError as error:
        raise CallError(f"{path}: No such file or directory; expected a file with rows, or -") from error
    except IsADirectoryError as error:
        raise CallError(f"{path}: is a folder; expected one Parquet file") from error
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        said = " ".join(str(error).split())[:200]
        raise AppError(f"{path}: not a whole Parquet file ({said}); write or fetch it anew") from error
