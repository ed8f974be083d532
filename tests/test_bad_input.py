"""Mistakes of a user and limits of a machine: a clear message with the next action, no traceback, no lost record."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline import cli

ROOT = Path(__file__).parents[1]
RECIPE = """\
name: small
seed: 1
sources:
  notes: {reader: jsonl, paths: ["notes/*.jsonl"]}
"""


def winnow(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    command = [sys.executable, "-m", "pipeline.cli", *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=environment)
    assert "Traceback" not in done.stderr + done.stdout
    return done


Refused = Callable[..., tuple[int, str]]


@pytest.fixture
def refused(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Refused:
    """The exit code and the message of a command that is refused before anything runs: no process of its own."""
    monkeypatch.chdir(folder)

    def answer(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main(list(arguments))
        return int(str(ended.value.code)), capsys.readouterr().err

    return answer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "notes").mkdir()
    rows = [{"id": f"n{number}", "text": f"Note number {number} says hello to its reader."} for number in range(50)]
    (tmp_path / "notes" / "a.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    return tmp_path


def decisions(folder: Path) -> list[dict[str, object]]:
    found = []
    for path in sorted((folder / "out" / "decisions").rglob("*.parquet")):
        found += [row | {"stage": path.parent.name} for row in pq.read_table(path).to_pylist()]
    return found


def test_a_run_without_mistakes(folder: Path) -> None:
    done = winnow("run", "recipe.yaml", "--out", "out", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "50 records -> 50 documents" in done.stdout
    assert winnow("verify", "out", cwd=folder).returncode == 0


def test_a_misspelt_key(folder: Path) -> None:
    (folder / "recipe.yaml").write_text(RECIPE.replace("reader:", "raeder:"))
    done = winnow("run", "recipe.yaml", "--out", "out", cwd=folder)
    assert done.returncode == 2
    assert "recipe.yaml:4" in done.stderr
    assert "raeder" in done.stderr
    assert "reader" in done.stderr.replace("raeder", "")


def test_a_recipe_that_is_not_there(refused: Refused) -> None:
    code, message = refused("run", "recpie.yaml", "--out", "out")
    assert code == 2
    assert "recpie.yaml" in message
    assert "recipe.yaml" in message


def test_input_that_is_not_there(refused: Refused) -> None:
    code, message = refused("run", "recipe.yaml", "--out", "out", "--input", "notes=nots/*.jsonl")
    assert code in (1, 2)
    assert "nots" in message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "recipe.yaml"], "--out"),
        (["run", "recipe.yaml", "--out", "out", "--worker", "2"], "--workers"),
        (["rnu", "recipe.yaml"], "run"),
        (["run", "recipe.yaml", "--out", "out", "--", "--runner", "X"], "--driver beam"),
        (["run", "recipe.yaml", "--out", "out", "--input", "notes"], "SOURCE=GLOB"),
    ],
)
def test_wrong_usage(refused: Refused, arguments: list[str], message: str) -> None:
    code, said = refused(*arguments)
    assert code == 2
    assert message in said


def test_empty_truncated_and_misnamed_files_are_quarantined_and_the_rest_is_read(folder: Path) -> None:
    notes = folder / "notes"
    (notes / "b.jsonl").write_bytes(b"")
    (notes / "c.jsonl").write_text('{"text": "A good line."}\n{"text": \n{"text": "Another good line."}\n')
    (notes / "d.jsonl.gz").write_bytes(gzip.compress(b'{"text": "Whole."}\n' * 500, mtime=0)[:-20])
    (notes / "e.jsonl").write_bytes(bytes(range(256)) * 8)
    done = winnow("run", "recipe.yaml", "--out", "out", "--input", "notes=notes/*", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert winnow("verify", "out", cwd=folder).returncode == 0
    quarantined = [row for row in decisions(folder) if row["verdict"] == "quarantine"]
    assert {"b.jsonl", "c.jsonl", "d.jsonl.gz", "e.jsonl"} == {
        name
        for row in quarantined
        for name in ("b.jsonl", "c.jsonl", "d.jsonl.gz", "e.jsonl")
        if name in str(row["detail"])
    }
    texts = pq.read_table(folder / "out" / "documents")["text"].to_pylist()
    assert "Another good line." in texts
    assert "Whole." in texts


def test_a_full_disk(folder: Path) -> None:
    disk = folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        rows = [{"text": os.urandom(2000).hex()} for _ in range(400)]
        (folder / "notes" / "big.jsonl").write_text("\n".join(map(json.dumps, rows)))
        done = winnow("run", "recipe.yaml", "--out", "disk/out", cwd=folder)
        assert done.returncode == 1
        assert "no space left" in done.stderr
        assert "run the same command again" in done.stderr
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_tokenizer_that_is_none(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{}")
    more = """\
mixture: {budget_tokens: 1000000, weights: {notes: 1}, max_epochs: 4}
tokenizer: {path: tokenizer.json}
shards: {seq_len_tokens: 64, count: 1}
"""
    (folder / "recipe.yaml").write_text(RECIPE + more)
    done = winnow("run", "recipe.yaml", "--out", "out", cwd=folder)
    assert done.returncode == 1
    assert "tokenizer.json" in done.stderr


def test_fewer_tokens_than_asked_end_with_exit_code_3(folder: Path) -> None:
    more = """\
mixture: {budget_tokens: 1000000, weights: {notes: 1}, max_epochs: 2}
tokenizer: {train: {vocab_size: 300}}
shards: {seq_len_tokens: 64, count: 1}
"""
    (folder / "recipe.yaml").write_text(RECIPE + more)
    done = winnow("run", "recipe.yaml", "--out", "out", cwd=folder)
    assert done.returncode == 3, done.stderr
    assert "fewer tokens than asked" in done.stderr
    assert winnow("verify", "out", cwd=folder).returncode == 0
