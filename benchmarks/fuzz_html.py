"""The fuzz run of the HTML tokenizer and of the learned extractor.

    python benchmarks/fuzz_html.py [--seconds 300] [--seed 1]
    python benchmarks/fuzz_html.py --only NUMBER [--seed 1]     one input again, in this process

Random bytes, random mark-up, mutated real pages, repeated tokens, nesting up to 100,000 deep, pages of 5 MB. Checked of
each: no crash (inputs run in a child process), no read out of bounds (two thirds of the time go to kernels compiled
with NUMBA_BOUNDSCHECK=1), blocks and elements in order and within the text, the same answer twice, valid UTF-8 from
valid UTF-8. Then, without bounds checks, hostile repeats in four lengths: the time a byte may not grow with the length.

Prints inputs tried, time and findings; ends with 1 where there are any. Compiling with bounds checks takes two minutes
on the first run over a state of the kernels.
"""

import argparse
import collections
import json
import mmap
import os
import selectors
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
BOUNDS_CHECKED_SHARE = 2 / 3
HANG_SECONDS = 60.0
COMPILING_SECONDS = 900.0
PAGES_STEP = 12  # every twelfth page of the gold sets is mutated

LENGTHS = {"tokenizer": 1 << 18, "learned extractor": 1 << 16}
"""Bytes of the shortest repeats; the others have 2, 4 and 8 times as many."""
MAX_GROWTH = 2.0
"""Of the time a byte, from the shortest to the longest; caches alone account for 1.5."""
REPEATS = 5
REPEAT_SECONDS = 0.2  # no further repeats after that
_WITHOUT_SPACES = r"""
< > </ <a <!-- <! <? & &# &amp &amp; " </p> </x> <p> <p>a <br> <br>a <div> <div>a <div>a</div> <b> <b>a <a>
<i><b> <b></i> <p><b> <li> <ul><li> <table> <table><tr><td> <td> <tr><td>a </table> <table></p> <dt>
<option> <script> <script></ <script>'</ <style> <title> <title></ <textarea> <svg> <math> <pre> <!--->
<![CDATA[ ]]> <annotation> <template> <x-y> a 文 <p/ <h1>a <img> $ <button> <iframe> <noscript> <plaintext>
<form><p>a
"""
_WITH_SPACES = (
    *(
        "<a ",
        '<a href="',
        "<a b='",
        "<pre>\n",
        "<!-- -",
        " ",
        "\n",
        "\x00",
        "a ",
        "\u00a0",
        "\u3000",
        "<p id=x>",
        "<p a=b ",
    ),
    *('<p class="a b c d e f">', "<p a ", "<div hidden>", "<img alt='a'>", '<script type="math/tex">x'),
    '<annotation encoding="application/x-tex">',
)
UNITS = (*_WITHOUT_SPACES.split(), *_WITH_SPACES)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int)
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        child(args.seed, int(args.child[0]), float(args.child[1]), Path(args.child[2]), args.child[3])
        return
    if args.only is not None:
        from fuzz_checks import Checks

        kind, page = inputs(args.seed)(args.only)
        Checks().run(page)
        print(f"{args.seed}:{args.only} ({kind}, {len(page):,} bytes): nothing found")
        return
    findings: list[str] = []
    for bounds_checked in (True, False):
        share = BOUNDS_CHECKED_SHARE if bounds_checked else 1 - BOUNDS_CHECKED_SHARE
        findings += campaign(args.seed, share * args.seconds, bounds_checked)
    findings += growth()
    print(f"\n{len(findings)} findings" + "".join(f"\n  {finding}" for finding in findings))
    sys.exit(bool(findings))


def campaign(seed: int, seconds: float, bounds_checked: bool) -> list[str]:
    """Children one after the other, a new one after each crash, until the time is over; prints and returns findings."""
    name = "with bounds checks" if bounds_checked else "as compiled for runs"
    environment = dict(os.environ)
    if bounds_checked:
        folder = HERE.parent / "build" / "fuzz-numba"
        folder.mkdir(parents=True, exist_ok=True)
        environment |= {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(folder)}
    findings: list[str] = []
    tried: collections.Counter[str] = collections.Counter()
    number, spent, size = 0 if bounds_checked else 10**9, 0.0, 0  # other inputs than those with bounds checks
    while spent < seconds:
        with tempfile.NamedTemporaryFile() as at:
            at.write(struct.pack("<q", number))
            at.flush()
            command = [sys.executable, __file__, "--seed", str(seed)]
            command += ["--child", str(number), str(seconds - spent), at.name, name]
            report, ended = watch(command, environment, Path(at.name))
            (last,) = struct.unpack("<q", Path(at.name).read_bytes())
        for line in report:
            tried.update(line.get("tried", {}))
            size += line.get("bytes", 0)
            spent += line.get("seconds", 0.0)
            findings += [f"{seed}:{line['number']}: {line['finding']}"] if "finding" in line else []
        if ended is None:
            break
        findings.append(f"{seed}:{last}: the process ended with {ended}")
        spent += 1.0  # so that crashes alone come to an end too
        number = last + 1
    counts = ", ".join(f"{kind} {count:,}" for kind, count in tried.most_common())
    print(
        f"{name}: {tried.total():,} inputs, {size / 1e6:,.0f} MB, {spent:.0f} s: {counts}; {len(findings)} findings",
        flush=True,
    )
    return findings


def watch(command: list[str], environment: dict[str, str], at: Path) -> tuple[list[dict], str | None]:
    """A child's report lines, and how it ended (None: as it should)."""
    report: list[dict] = []
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            before, since = b"", time.monotonic()
            while True:
                if selector.select(timeout=1.0):
                    line = process.stdout.readline()
                    if not line:
                        break
                    report.append(json.loads(line))
                    since = time.monotonic()
                now = at.read_bytes()
                if now != before:
                    before, since = now, time.monotonic()
                if time.monotonic() - since > (HANG_SECONDS if report else COMPILING_SECONDS):
                    process.kill()
                    process.wait()
                    return report, f"no end after {HANG_SECONDS:.0f} s"
        code = process.wait()
    return report, None if code == 0 else f"exit code {code}"


def inputs(seed: int):
    """number -> (kind, bytes)"""
    from common import shared_files
    from fastwarc.warc import ArchiveIterator, WarcRecordType
    from fuzz_pages import make_input

    pages = []
    for file in shared_files("data/extraction/*.warc.gz"):
        with file.open("rb") as stream:
            for number, record in enumerate(ArchiveIterator(stream, record_types=WarcRecordType.response)):
                if number % PAGES_STEP == 0:
                    pages.append(record.reader.read())
    return lambda number: make_input(seed, number, pages)


def child(seed: int, number: int, seconds: float, at: Path, name: str) -> None:
    """Tries inputs from `number` on for some seconds; `at` holds the number under way, standard output the report."""
    from fuzz_checks import Checks

    make, checks = inputs(seed), Checks()
    checks.run(b"<p>compiled</p>")

    def tell(**line: object) -> None:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()

    tell(ready=name)
    started = told = time.monotonic()
    tried: collections.Counter[str] = collections.Counter()
    size = 0
    with at.open("r+b") as file, mmap.mmap(file.fileno(), 8) as place:
        while (now := time.monotonic()) - started < seconds:
            place[:] = struct.pack("<q", number)
            kind, page = make(number)
            try:
                checks.run(page)
            except Exception as error:
                tell(number=number, finding=f"{kind}, {len(page):,} bytes: {type(error).__name__}: {error}"[:300])
            tried[kind] += 1
            size += len(page)
            number += 1
            if now - told > 1:
                tell(tried=tried, bytes=size, seconds=now - told)
                told, tried, size = now, collections.Counter(), 0
        tell(tried=tried, bytes=size, seconds=time.monotonic() - told)


def growth() -> list[str]:
    """Time a byte of hostile repeats in four lengths; prints the worst and returns what grows."""
    from fuzz_checks import FUNCTIONS

    findings = []
    for name, function in FUNCTIONS.items():
        found = []
        function(b"<p>compiled</p>")
        for unit in UNITS:
            data = [unit.encode() * (times * LENGTHS[name] // len(unit.encode())) for times in (1, 2, 4, 8)]
            times = [best_time(function, page) / len(page) for page in data]
            if times[-1] > MAX_GROWTH * times[0]:  # once more: a neighbour may have had the core
                times = [min(t, best_time(function, page) / len(page)) for t, page in zip(times, data)]
            found.append((times[-1] / times[0], max(times), unit))
            if times[-1] > MAX_GROWTH * times[0]:
                findings.append(
                    f"{name}, {unit!r} repeated: " + ", ".join(f"{t * 1e9:.1f}" for t in times) + " ns a byte"
                )
        worst = ", ".join(f"{unit!r} {ratio:.2f}" for ratio, _, unit in sorted(found, reverse=True)[:3])
        slowest = ", ".join(f"{unit!r} {slow * 1e9:.0f} ns" for _, slow, unit in sorted(found, key=lambda f: -f[1])[:3])
        shortest = LENGTHS[name]
        print(
            f"{name}: {len(UNITS)} repeats of {shortest:,} to {8 * shortest:,} bytes; time a byte, 8 times the length"
        )
        print(f"  grows most: {worst}; slowest a byte: {slowest}", flush=True)
    return findings


def best_time(function, page: bytes) -> float:
    best, spent = float("inf"), 0.0
    for _ in range(REPEATS):
        started = time.process_time()
        function(page)
        seconds = time.process_time() - started
        best, spent = min(best, seconds), spent + seconds
        if spent > REPEAT_SECONDS:
            break
    return best


if __name__ == "__main__":
    main()
