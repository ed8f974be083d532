"""Where to cut a file, given the places where it may be cut."""

from collections.abc import Iterable

from pipeline.sources.base import Split


def cut(records: Iterable[tuple[bool, int]], split_bytes: int) -> list[Split] | None:
    """Splits of at least `split_bytes` stored bytes; `records` are (may a split start here, stored offset) in order.

    None where no record but the first is a starting point.
    """
    starts = [(0, 0)]
    cuttable = False
    for ordinal, (starting_point, offset) in enumerate(records):
        if starting_point and ordinal > 0 and offset > 0:
            cuttable = True
            if offset - starts[-1][0] >= split_bytes:
                starts.append((offset, ordinal))
    if not cuttable:
        return None
    ends = [*(start for start, _ in starts[1:]), None]
    return [Split(i, start, end, ordinal) for i, ((start, ordinal), end) in enumerate(zip(starts, ends, strict=True))]
