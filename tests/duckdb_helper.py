"""DuckDB in a process of its own: imported here, it would print what it leaks after pytest's summary."""

import json
import subprocess
import sys
from typing import Any


def rows_of(query: str, shard: str | None = None) -> list[list[Any]]:
    """The rows of a query, which may name an Arrow file as the table `shard`."""
    code = (
        "import json, sys, duckdb, pyarrow as pa\n"
        "query, path = json.loads(sys.argv[1])\n"
        "shard = pa.ipc.open_file(pa.memory_map(path)).read_all() if path else None\n"
        "print(json.dumps(duckdb.sql(query).fetchall()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps([query, shard])], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: list[list[Any]] = json.loads(done.stdout)
    return found
