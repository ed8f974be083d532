"""Programming languages told by content: ours, and magika's beside it, on files that ours was not trained on.

    python benchmarks/code_languages.py [--magika PYTHON] [--rounds 5]

Files: the held-out half (odd xxh3-64 of the text) of linguist's samples in languages with at least five samples in the
whole set. Prose: the held-out half of the reference texts and of Reddit posts over 200 characters.

Accuracy is counted thrice: by linguist's exact names; with dialects taken as one language where magika has one label
for them (JSON with comments, kinds of Lisp, of SQL, of assembly, of Visual Basic, ...); and so in the languages that
magika knows, which is the fair one to set beside its figure. A file without a tag is right where linguist calls it
text. Speed is in documents a second of CPU time, of whole files as they are (ours reads 4 kB of each).

PYTHON is that of an environment with magika, by default the one that benchmarks/peers/setup makes,
build/peers/magika/bin/python; without it only ours is measured.
"""

import argparse
import gzip
import json
import os
import subprocess
import time
from collections import Counter
from pathlib import Path
from statistics import median

import pyarrow as pa
import xxhash

from pipeline.tag.code import tag_code

MIN_SAMPLES = 5
PEER_PROSE = 400  # of prose, spread evenly, that magika is asked about
PROSE = (
    "brown", "c4-demo-300", "c4-sample", "dolma-cc-en-head", "frecore-dev", "swecore-dev", "ia-wide-zh-text",
    "nltk-webtext", "nltk-abc", "wikitext2-valid", "openstax-astronomy", "common-crawl-wet-govuk",
    "nltk-state_union", "nltk-genesis",
)  # fmt: skip
DEFAULT_PEER = Path(__file__).parents[1] / "build/peers/magika/bin/python"

# Dialects by the name of their group.
GROUPS = {
    "json with comments": "json", "emacs lisp": "common lisp", "scheme": "common lisp", "visual basic 6.0": "vba",
    "visual basic": "vba", "jasmin": "smali", "plsql": "sql", "cql": "sql", "motorola 68k assembly": "assembly",
    "pep8": "assembly", "xml property list": "xml", "dotenv": "ini",
}  # fmt: skip

# Group -> magika's labels for it. Languages that are not here are unknown to magika.
MAGIKA = {
    "assembly": "asm", "c": "c", "c#": "cs", "c++": "cpp", "cmake": "cmake", "sql": "sql", "clojure": "clojure",
    "coffeescript": "coffeescript", "common lisp": "lisp", "dart": "dart", "erlang": "erlang", "fortran": "fortran",
    "ini": "ini", "ignore list": "ignorefile", "json": "json jsonl", "smali": "smali", "java": "java",
    "javascript": "javascript", "lua": "lua", "matlab": "matlab", "makefile": "makefile", "markdown": "markdown",
    "objective-c": "objectivec", "ocaml": "ocaml", "php": "php", "pascal": "pascal", "perl": "perl",
    "prolog": "prolog", "public key": "pem crt", "python": "python", "r": "r", "ruby": "ruby gemfile gemspec",
    "scala": "scala", "shell": "shell", "starlark": "bazel", "swift": "swift", "tex": "latex", "text": "txt",
    "typescript": "typescript", "vba": "vba", "verilog": "verilog", "yaml": "yaml",
    "xml": "xml csproj vcxproj svg rdf appleplist",
}  # fmt: skip

PEER = """
import json, sys, time
from magika import Magika
model = Magika()
texts = [text.encode() for text in json.load(sys.stdin)]
for text in texts[:20]:
    model.identify_bytes(text)
started = time.process_time()
found = [model.identify_bytes(text).output for text in texts]
spent = time.process_time() - started
labels, groups = [str(one.label) for one in found], [one.group for one in found]
print(json.dumps({"seconds": spent, "labels": labels, "groups": groups}))
"""


def group(name: str) -> str:
    return GROUPS.get(name, name)


def rows(path: Path, field: str = "text") -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [row for line in lines if (row := json.loads(line))[field].strip()]


def held_out(text: str) -> bool:
    return xxhash.xxh3_64_intdigest(text.encode()) % 2 == 1


def magika(python: Path, texts: list[str]) -> tuple[list[str], list[str], float]:
    """Labels, groups and CPU seconds, one thread."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = ["taskset", "-c", "0", str(python), "-c", PEER]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=True, env=environment)
    answer = json.loads(done.stdout)
    return answer["labels"], answer["groups"], answer["seconds"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--magika", type=Path, default=DEFAULT_PEER)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    data = Path(os.environ.get("WINNOW_SHARED", Path(__file__).parents[2] / "shared")) / "data"

    files = rows(data / "code/linguist-samples.jsonl.gz")
    counts = Counter(row["lang"] for row in files)
    files = [row for row in files if counts[row["lang"]] >= MIN_SAMPLES and held_out(row["text"])]
    gold = [row["lang"].lower() for row in files]
    known = [group(name) in MAGIKA for name in gold]
    texts = [row["text"] for row in files]
    array, names = pa.array(texts), pa.array([row["filename"] for row in files])
    prose = [row["text"] for name in PROSE for row in rows(data / f"reference/{name}.jsonl.gz")]
    posts = [row["selftext"] for row in rows(data / "conversations/reddit-top-posts.jsonl.gz", "selftext")]
    prose = [text for text in [*prose, *(post for post in posts if len(post) > 200)] if held_out(text)]
    print(
        f"{len(files)} files in {len(set(gold))} languages, {sum(known)} of them known to magika; {len(prose)} of prose"
    )

    for title, found in (("content", tag_code(array)), ("with file names", tag_code(array, names))):
        told = [name or "text" for name in found.to_pylist()]
        exact = sum(a == b for a, b in zip(told, gold)) / len(gold)
        right = [group(a) == group(b) for a, b in zip(told, gold)]
        fair = sum(a for a, b in zip(right, known) if b) / sum(known)
        print(f"winnow, {title}: exact {exact:.3f}, dialects as one {sum(right) / len(gold):.3f}, known {fair:.3f}")
    accused = sum(name is not None for name in tag_code(pa.array(prose)).to_pylist())
    print(f"winnow: prose called code {accused} of {len(prose)} ({accused / len(prose):.4f})")
    ours = median(_seconds(array) for _ in range(options.rounds)) / len(files)
    plain = median(_seconds(pa.array(prose)) for _ in range(options.rounds)) / len(prose)
    print(f"winnow: {1 / ours:,.0f} documents of code a second, {1 / plain:,.0f} of prose")

    if options.magika.exists():
        labels, _, seconds = magika(options.magika, texts)
        right = [label in MAGIKA.get(group(name), "").split() for label, name in zip(labels, gold)]
        fair = sum(a for a, b in zip(right, known) if b) / sum(known)
        _, groups, _ = magika(options.magika, prose[:: len(prose) // PEER_PROSE])
        accused = sum(name == "code" for name in groups)
        print(
            f"magika: all {sum(right) / len(gold):.3f}, known {fair:.3f}; prose called code {accused / len(groups):.4f}"
        )
        print(
            f"magika: {len(files) / seconds:,.0f} documents a second; "
            f"winnow is {seconds / len(files) / ours:.1f} times as fast"
        )


def _seconds(texts: pa.Array) -> float:
    started = time.process_time()
    tag_code(texts)
    return time.process_time() - started


if __name__ == "__main__":
    main()
