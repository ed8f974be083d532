"""Small gold sets, written to disk as the real ones are."""

import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sources_samples import http, members, warc_record


def record_id(number: int) -> str:
    return f"<urn:uuid:{number:08d}>"


def gold_line(number: int, **fields: Any) -> dict[str, Any]:
    """The gold row of page `number`."""
    return {"warc_record_id": record_id(number), "url": f"https://www.Reed{number}.example/a", **fields}


def write_set(folder: Path, lines: Iterable[Mapping[str, Any]], pages: Mapping[int, bytes], name: str = "toy") -> Path:
    """NAME.gold.jsonl.gz and NAME.warc.gz; returns their common path without endings."""
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / f"{name}.gold.jsonl.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    records = [
        warc_record(content=http(body), url=f"https://www.reed{number}.example/a", record_id=record_id(number))
        for number, body in pages.items()
    ]
    (folder / f"{name}.warc.gz").write_bytes(members(records))
    return folder / name
