"""Grouping inputs into tasks: a function of the files' names and sizes alone, never of workers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.sources.base import InputFile

# Small enough that a restart loses seconds and the last tasks of a stage end together; a few hundred pages of HTML.
TASK_BYTES = 8 << 20
# More tasks than this make exchanges of many small files: larger inputs get larger tasks.
MAX_TASKS = 4096


@dataclass(frozen=True)
class Grouping:
    """How the files of a source are shared out."""

    tasks: tuple[tuple[tuple[int, int | None], ...], ...]
    """Lists of (file number, split number, or None for the whole file)."""
    splits: dict[int, int]
    """Number of splits of each file that is cut; such a file needs an index."""
    weights: tuple[int, ...]
    split_bytes: int


def group(files: Sequence[InputFile], splittable: Callable[[str], bool]) -> Grouping:
    """Cut big files that can be cut, and put small neighbours together, to tasks of about `split_bytes`.

    A file of unknown size is a task of its own.
    """
    total = sum(file.size or 0 for file in files)
    target = max(TASK_BYTES, -(-total // MAX_TASKS))
    tasks: list[tuple[tuple[int, int | None], ...]] = []
    weights: list[int] = []
    cut: dict[int, int] = {}
    waiting: list[tuple[int, int | None]] = []
    waiting_bytes = 0

    def close() -> None:
        nonlocal waiting, waiting_bytes
        if waiting:
            tasks.append(tuple(waiting))
            weights.append(max(1, waiting_bytes))
        waiting, waiting_bytes = [], 0

    for number, file in enumerate(files):
        size = file.size if file.size is not None else target
        if size > 1.5 * target and splittable(file.path):
            close()
            cut[number] = splits = -(-size // target)
            for split in range(splits):
                tasks.append(((number, split),))
                weights.append(size // splits)
            continue
        if waiting and waiting_bytes + size > target:
            close()
        waiting.append((number, None))
        waiting_bytes += size
    close()
    return Grouping(tuple(tasks), cut, tuple(weights), target)
