"""What a mixture weighs: documents in groups by their source, their language or their format.

Everything that a mixture promises, it promises for these groups: their shares of tokens, in every window, and that no
document returns before its group's epoch ends. Where documents are weighed by language or format, `other` is the group
of all that is not named.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

By = Literal["source", "language", "format"]
Numbers = npt.NDArray[np.int16]

OTHER = "other"
UNDETERMINED = "und"
"""The group of documents without a tag."""


def groups_of(rows: pa.RecordBatch | pa.Table, params: Mapping[str, Any], source: str) -> Numbers:
    """int16 [n]: which of `params["groups"]` each row is in, by `params["by"]`. Rows are of one source, and have what
    they are weighed by as a column. Raises ValueError for one that is in none.
    """
    if params["by"] == "source":
        return np.full(rows.num_rows, params["groups"].index(source), np.int16)
    return group_numbers(rows.column(params["by"]), params["groups"])


def group_numbers(values: pa.Array | pa.ChunkedArray, groups: Sequence[str]) -> Numbers:
    """int16 [n]: which of `groups` each document is in, by its source, language or format (null: undetermined).

    Raises ValueError for one that is in none of them: a document is never left out in silence.
    """
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    found = pc.index_in(values.fill_null(UNDETERMINED), value_set=pa.array(groups, pa.string()))
    if found.null_count:
        if OTHER not in groups:
            name = values.filter(found.is_null())[0].as_py() or UNDETERMINED
            raise ValueError(f"a document is of {name}, which the mixture does not name: add `{OTHER}` to its weights")
        found = found.fill_null(groups.index(OTHER))
    return found.to_numpy(zero_copy_only=False).astype(np.int16)  # type: ignore[no-any-return]
