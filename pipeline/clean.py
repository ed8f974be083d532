"""`winnow clean`: work folders that nothing refers to."""

import json
import os
from pathlib import Path

from pipeline.engine import storage
from pipeline.errors import WinnowError
from pipeline.publish import exclusive, read_manifest


def clean(out: str, *, everything: bool = False) -> tuple[int, int]:
    """Remove work folders that the published manifest does not name, or all of them; returns (folders, bytes)."""
    if not storage.is_local(out):
        raise WinnowError(f"{out}: clean works on local folders; remove {out}/work with the store's own tool")
    used = set() if everything else set(read_manifest(out)["work"])
    folder = Path(out, "work")
    removed = size = 0
    with exclusive(out):
        for entry in sorted(folder.iterdir()):
            if entry.is_dir() and entry.name not in used:
                size += sum(path.stat().st_size for path in entry.rglob("*") if path.is_file())
                storage.remove(str(entry))
                removed += 1
        for graph in folder.glob("graph-*.json"):
            stages = json.loads(graph.read_text())["stages"]
            if not all(f"{stage['name']}-{stage['key'][:16]}" in used for stage in stages):
                os.unlink(graph)
    return removed, size
