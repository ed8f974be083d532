"""An output folder as the reports read it: the files its manifest names, one row group in memory at a time."""

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.engine import storage
from pipeline.errors import OutputMismatch
from pipeline.publish import read_manifest


@dataclass(frozen=True)
class Output:
    """OUT and its manifest."""

    out: str
    manifest: dict[str, Any]

    @classmethod
    def open(cls, out: str) -> "Output":
        """Raises OutputMismatch where nothing is published."""
        return cls(out, read_manifest(out))

    def names(self, folder: str) -> list[str]:
        """Public names below a folder ("decisions/", "documents/web/"), sorted."""
        return sorted(entry["path"] for entry in self.manifest["files"] if entry["path"].startswith(folder))

    def children(self, folder: str) -> list[str]:
        """Names of the folders directly below a folder: the stages of "decisions/", the sources of "documents/"."""
        return sorted({name.removeprefix(folder).split("/")[0] for name in self.names(folder)})

    def ledger_stages(self, source: str) -> list[str]:
        """The stages that may decide on a source's rows, in order."""
        return list(self.manifest["ledger"][source])

    @contextlib.contextmanager
    def parquet(self, name: str) -> Iterator[pq.ParquetFile]:
        """An open Parquet file. Raises OutputMismatch with the next action where it is missing or damaged."""
        try:
            with storage.open_arrow(storage.join(self.out, name)) as source:
                yield pq.ParquetFile(source)
        except (FileNotFoundError, pa.ArrowInvalid) as error:
            raise OutputMismatch(
                f"{self.out}/{name} cannot be read ({error}): `winnow verify` shows what else is wrong; "
                "running the same command again writes it anew"
            ) from error

    def row_groups(self, name: str, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Some columns of a file, a row group (at most 4,096 rows) at a time."""
        with self.parquet(name) as file:
            for group in range(file.num_row_groups):
                yield file.read_row_group(group, columns=list(columns))

    def columns(self, name: str, columns: Sequence[str]) -> pa.Table:
        """Some columns of a whole file: for ids, verdicts and addresses, never for texts."""
        with self.parquet(name) as file:
            return file.read(columns=list(columns))

    def rows(self, name: str, wanted: Sequence[int]) -> list[dict[str, Any]]:
        """A few whole rows of a file, by number, in the order given. Reads only the row groups that hold them."""
        found: dict[int, dict[str, Any]] = {}
        with self.parquet(name) as file:
            first = 0
            for group in range(file.num_row_groups):
                count = file.metadata.row_group(group).num_rows
                inside = [number for number in wanted if first <= number < first + count]
                if inside:
                    table = file.read_row_group(group).take([number - first for number in inside])
                    found.update(zip(inside, table.to_pylist(), strict=True))
                first += count
        return [found[number] for number in wanted]

    def published_json(self, name: str) -> Any:
        """A JSON file that the manifest names. Raises OutputMismatch where it is missing or damaged."""
        found = self.json(name)
        if found is None:
            raise OutputMismatch(f"{self.out}/{name} is missing: running the same command again writes it anew")
        return found

    def json(self, name: str) -> Any:
        """A small JSON file of OUT, or None where it is not there."""
        path = storage.join(self.out, name)
        if not storage.exists(path):
            return None
        try:
            return json.loads(storage.read_bytes(path))
        except ValueError as error:
            raise OutputMismatch(
                f"{path} is damaged ({error}): running the same command again writes it anew"
            ) from error
