"""Scores of extracted texts against gold, by the shared scorer."""

import gzip
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from common import shared_files

from classifiers.extractor.pages import is_held_out
from classifiers.extractor.train import Settings
from pipeline.filters.url import host_of

TRAINING_SETS = ("wcxb", "zyte-articles")

Scored = dict[str, dict[str, float]]
"""Gold set, or hosts of one, to its figures."""


def score(names: Sequence[str], record_ids: Sequence[str], texts: Sequence[str | None]) -> Scored:
    """The score of every set; prints a line each. A page without text counts as an empty one."""
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        golds = [gold for name in names for gold in gold_files(name, folder)]
        columns: dict[str, Any] = {
            "text": pa.array([text or "" for text in texts], pa.string()),
            "metadata": pa.array([[("warc_record_id", i)] for i in record_ids], pa.map_(pa.string(), pa.string())),
        }
        pq.write_table(pa.table(columns), folder / "documents.parquet")
        command = [sys.executable, str(shared_files("checks/score_extraction.py")[0]), "--json"]
        command += ["--documents", str(folder / "documents.parquet"), "--gold", *map(str, golds)]
        rows = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    found: Scored = {}
    for row in rows:
        name = row["gold"].split(".")[0]
        found[name] = {key: value for key, value in row.items() if isinstance(value, float)}
        lost = f" ({row['without_document']} without document)" if row["without_document"] else ""
        figures = "  ".join(f"{key} {value:.4f}" for key, value in found[name].items())
        print(f"  {name:<30} {row['pages']:5} pages{lost}  {figures}", flush=True)
    return found


def gold_files(name: str, folder: Path) -> list[Path]:
    """The gold of a set; of a set that the shipped model comes from two files more: training and held-out hosts."""
    (gold,) = shared_files(f"data/extraction/{name}.gold.jsonl.gz")
    if name not in TRAINING_SETS:
        return [gold]
    share = Settings().held_out
    parts: dict[str, list[str]] = {"training-hosts": [], "held-out-hosts": []}
    with gzip.open(gold, "rt", encoding="utf-8") as lines:
        for line in lines:
            host = host_of(json.loads(line)["url"]).removeprefix("www.")
            parts["held-out-hosts" if is_held_out(host, share) else "training-hosts"].append(line)
    files = [gold]
    for part, rows in parts.items():
        files.append(folder / f"{name}-{part}.gold.jsonl.gz")
        with gzip.open(files[-1], "wt", encoding="utf-8") as out:
            out.writelines(rows)
    return files


def print_spread(scored: Mapping[str, Scored]) -> None:
    """Mean and range of each F1 over several models."""
    print(f"\nF1 of {len(scored)} models: mean (least to most)")
    for gold, figures in next(iter(scored.values())).items():
        for key in figures:
            if key.endswith("f1"):
                values = [each[gold][key] for each in scored.values()]
                mean = statistics.mean(values)
                print(f"  {gold:<30} {key:<11} {mean:.4f} ({min(values):.4f} to {max(values):.4f})")
