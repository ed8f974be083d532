"""The crawl snapshot of each input file, where a recipe compares documents of one snapshot only, or names snapshots.

FineWeb's way (Penedo et al. 2024): each crawl is deduplicated by itself. A crawl's name is part of the
path of its files as Common Crawl lays them out (crawl-data/CC-MAIN-2024-10/...), not of their names alone.
"""

import re
from collections.abc import Sequence
from typing import Any

from pipeline.recipe import Recipe, RecipeError, Snapshot
from pipeline.sources import InputFile

COMMON_CRAWL = r"CC-MAIN-\d{4}(?:-\d{2,4})?(?!\d)"
"""Ids of crawls (CC-MAIN-2024-10, CC-MAIN-2012, CC-MAIN-2009-2010), not the times in names of WARC files."""


def snapshots(recipe: Recipe, source: str, files: Sequence[InputFile]) -> dict[str, Any]:
    """Parameters of a source's `extract` stage: {"snapshots": names, one a file}, {"snapshot_field": name}, or {} where
    nobody asks. Raises RecipeError for a file whose path names none.
    """
    asked = recipe.sources[source].snapshot
    if asked is None:
        if recipe.dedup is None or recipe.dedup.scope != "per_snapshot":
            return {}
        asked = Snapshot(path=COMMON_CRAWL)
    if asked.field is not None:
        return {"snapshot_field": asked.field}
    found = [asked.name or _last(str(asked.path), file.path) for file in files]
    if None in found:
        path = files[found.index(None)].path
        what = "no crawl id such as CC-MAIN-2024-10" if recipe.sources[source].snapshot is None else "no match"
        message = (
            f"which snapshot is this? There is {what} in the path {path}. Name it: sources.{source}.snapshot is "
            "{name: CC-MAIN-2024-10} for all files, {path: REGEX} for a part of each file's path, or {field: dump} for "
            "a field of the rows"
        )
        raise RecipeError([recipe.problem(("sources", source, "snapshot"), message)])
    return {"snapshots": found}


def _last(pattern: str, path: str) -> str | None:
    """The last match, or its first group; None where there is none, or it is empty."""
    matches = list(re.finditer(pattern, path))
    if not matches:
        return None
    return matches[-1].group(1 if matches[-1].re.groups else 0) or None
