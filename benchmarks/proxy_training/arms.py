"""Does curation help? Small language models on equal token budgets of raw and curated text, by loss on held-out text.

    benchmarks/proxy_training/setup                     # once: PyTorch in an environment of its own
    python benchmarks/proxy_training/arms.py [--seeds 3] [--tokens 250000] [--share 8] [--threads 1]
    python benchmarks/proxy_training/arms.py --size small --share 1 --tokens 2500000    # with a GPU

The arms are `winnow run`s of curated.yaml over one crawl (crawl.py says what is in it), each with parts left out: raw
leaves out the rules, the classifier, deduplication and decontamination; all keep English pages. One tokenizer, trained
by the raw run, serves all. Every arm trains a model for each seed (weights and order of sequences) on the same number
of tokens. Printed: bits per byte, mean over seeds and their range, on corpora that neither the arms nor their
classifier have seen (wikitext, Brown, OpenStax), and on benchmark items that were planted in the crawl, and on others.
The classifier's positives are ABC news, the State of the Union and Wikipedia articles.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import yaml
from crawl import HELD_OUT, POSITIVES, write_crawl
from tokenizers import Tokenizer

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WORK = ROOT / "build" / "proxy"
PYTHON = Path(os.environ.get("WINNOW_PROXY_PYTHON", WORK / "venv" / "bin" / "python"))

ARMS: dict[str, tuple[str, ...]] = {
    "raw": ("sources.web.filters", "sources.web.quality", "dedup", "contamination"),
    "curated": (),
    "without classifier": ("sources.web.quality",),
    "without deduplication": ("dedup",),
    "without decontamination": ("contamination",),
}
"""Arm -> what is left out of curated.yaml. raw comes first: its run trains the tokenizer."""


def write_recipe(arm: str, folder: Path, tokens: int) -> Path:
    """The arm's recipe, beside its output."""
    recipe = yaml.safe_load((HERE / "curated.yaml").read_text())
    for path in ARMS[arm]:
        *above, last = path.split(".")
        part = recipe
        for name in above:
            part = part[name]
        del part[last]
    recipe["mixture"]["budget_tokens"] = tokens
    if arm != "raw":
        recipe["tokenizer"] = {"path": str(folder / "tokenizer.json")}
    path = folder / f"{arm.replace(' ', '-')}.yaml"
    path.write_text(yaml.safe_dump(recipe, sort_keys=False))
    return path


def run_arm(arm: str, folder: Path, data: Path, tokens: int, workers: int) -> dict:
    """`winnow run` of one arm into one OUT, which keeps the stages that arms share; its shards go to a folder of
    their own. Returns what the table says about it.
    """
    recipe, out = write_recipe(arm, folder, tokens), folder / "out"
    command = [sys.executable, "-m", "pipeline.cli", "run", str(recipe), "--out", str(out), "--replace"]
    command += ["--workers", str(workers), "--input", f"web={folder}/crawl/*.warc.gz"]
    positives = [str(data / f"reference/{name}.jsonl.gz") for name in POSITIVES]
    command += ["--set", f"sources.reference.paths=[{', '.join(positives)}]"]
    if "contamination" not in ARMS[arm]:
        command += ["--set", f"contamination.benchmarks=[{folder}/crawl/benchmarks/*.jsonl]"]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    if done.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    shards = folder / f"shards-{arm.replace(' ', '-')}"
    shutil.rmtree(shards, ignore_errors=True)
    shutil.copytree(out / "shards", shards)
    if arm == "raw":
        shutil.copy(out / "shards" / "tokenizer.json", folder / "tokenizer.json")
    manifest = json.loads((out / "manifest.json").read_text())
    (web,) = (row for row in manifest["mixture"]["sources"] if row["source"] == "web")
    return {"documents": manifest["documents"]["web"], "unique": web["unique_tokens"], "epochs": web["epochs"]}


def write_held_out(folder: Path) -> Path:
    """The held-out texts as tokens of the arms' tokenizer, an end-of-text token before each, and their bytes."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    end = tokenizer.token_to_id("<|endoftext|>")
    arrays = {}
    for name, texts in json.loads((folder / "crawl/held_out.json").read_text()).items():
        ids = [number for text in texts for number in (end, *tokenizer.encode(text).ids)]
        arrays[name], arrays[f"{name} bytes"] = np.array(ids, np.uint16), np.array(sum(len(t.encode()) for t in texts))
    np.savez(folder / "held_out.npz", **arrays)
    return folder / "held_out.npz"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=250_000)
    parser.add_argument("--size", choices=("toy", "small"), default="toy")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--train-only", action="store_true", help="on the shards that the last call left")
    parser.add_argument("--share", type=int, default=8, help="the crawl has one of so many pages")
    args = parser.parse_args()
    data = Path(os.environ.get("WINNOW_SHARED", ROOT.parent / "shared")) / "data"
    if not data.is_dir() or not PYTHON.is_file():
        raise SystemExit(f"needs {data} (WINNOW_SHARED) and {PYTHON} (benchmarks/proxy_training/setup)")
    folder = WORK / f"run-{args.share}"
    if not (folder / "crawl/held_out.json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        write_crawl(data, folder / "crawl", args.share)
    if not (args.train_only and (folder / "facts.json").exists()):
        facts = {}
        for arm in ARMS:
            started = time.monotonic()
            facts[arm] = run_arm(arm, folder, data, args.tokens, args.workers)
            print(f"{arm}: {facts[arm]}, {time.monotonic() - started:.0f} s", flush=True)
        (folder / "facts.json").write_text(json.dumps(facts))
    facts = json.loads((folder / "facts.json").read_text())
    held_out = write_held_out(folder)
    folders = {str(folder / f"shards-{arm.replace(' ', '-')}"): arm for arm in ARMS}
    command = [str(PYTHON), str(HERE / "train.py"), str(held_out), *folders, "--seeds", str(args.seeds)]
    command += ["--size", args.size, "--threads", str(args.threads)]
    results: dict[str, list[dict]] = {arm: [] for arm in ARMS}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            result = json.loads(line)
            results[folders[result.pop("shards")]].append(result)
            print(line, end="", flush=True)
    if process.returncode:
        raise SystemExit(f"training ended with {process.returncode}; its message stands above")
    show(facts, results)


def show(facts: dict[str, dict], results: dict[str, list[dict]]) -> None:
    """The table, as Markdown."""
    first = results["raw"][0]
    print(f"\n{first['parameters']:,} parameters, {first['tokens']:,} tokens, {len(results['raw'])} seeds\n")
    names = list(first["scores"])
    print(f"| arm | documents | unique tokens | {' | '.join([*names, 'mean of the three corpora'])} |")
    print("| --- " * (len(names) + 4) + "|")
    for arm, runs in results.items():
        columns = [[run["scores"][name] for run in runs] for name in names]
        columns.append([statistics.mean(run["scores"][name] for name in HELD_OUT) for run in runs])
        cells = [f"{statistics.mean(c):.3f} ({min(c):.3f} to {max(c):.3f})" for c in columns]
        print(f"| {arm} | {facts[arm]['documents']:,} | {facts[arm]['unique']:,} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
