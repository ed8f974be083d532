"""Adding up token counts of documents by what a mixture may go by."""

from collections.abc import Iterable, Sequence

import pyarrow as pa


def add_up(tables: Iterable[pa.Table], keys: Sequence[str], schema: pa.Schema) -> pa.Table:
    """One row for each combination of `keys`, in their order, with the sums of the other columns of `schema`."""
    numbers = [name for name in schema.names if name not in keys]
    whole = pa.concat_tables([schema.empty_table(), *tables])
    found = whole.group_by(list(keys)).aggregate([(name, "sum") for name in numbers])
    columns = [found[name if name in keys else f"{name}_sum"] for name in schema.names]
    return pa.Table.from_arrays(columns, schema=schema).sort_by([(name, "ascending") for name in keys])
