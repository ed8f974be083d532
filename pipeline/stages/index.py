"""index.<source>: one scan of each big file that can be cut, to find record boundaries and exact ordinals.

Task t scans file t of `params["files"]` and writes splits/00000.json: a list of [index, start, end, first_ordinal],
or null where the file turns out to be one piece (a gzip stream of a single member).
"""

import json

from pipeline.engine.task import TaskContext
from pipeline.sources import READERS, InputFile


def run(ctx: TaskContext) -> None:
    """Index one file."""
    reader = READERS[ctx.params["reader"]]
    options = reader.options.model_validate(ctx.params["options"])
    relpath, size, etag = ctx.params["files"][ctx.task]
    file = InputFile(ctx.params["source"], ctx.places["paths"][ctx.task], relpath, size, etag)
    splits = reader.index(file, ctx.params["split_bytes"], options)
    found = None if splits is None else [[s.index, s.start, s.end, s.first_ordinal] for s in splits]
    ctx.file(f"splits/{ctx.task:05d}.json").write(json.dumps(found).encode())
