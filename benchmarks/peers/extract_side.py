"""Plain trafilatura and resiliparse; runs in the environment `others` that `setup` makes, and imports nothing of ours.

    python extract_side.py FOLDER

FOLDER holds pages.bin, the bodies of pages in a row, and pages.json, their lengths. A line on standard input is a
method, a first and a last page, and whether the texts are wanted: `["trafilatura", 0, 8, false]`. The answer is a JSON
line: {"seconds": [core-seconds a page], "texts": [...]}. Bytes go in, main text comes out: charsets are detected by the
library itself.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import trafilatura
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding


def by_trafilatura(page: bytes) -> str | None:
    return trafilatura.extract(page, include_comments=False)


def by_trafilatura_fast(page: bytes) -> str | None:
    return trafilatura.extract(page, include_comments=False, fast=True)


def by_resiliparse(page: bytes) -> str | None:
    html = bytes_to_str(page, detect_encoding(page))
    return extract_plain_text(html, main_content=True, alt_texts=False, list_bullets=False)


METHODS: dict[str, Callable[[bytes], str | None]] = {
    "trafilatura": by_trafilatura,
    "trafilatura fast": by_trafilatura_fast,
    "resiliparse": by_resiliparse,
}


def main() -> None:
    folder = Path(sys.argv[1])
    data, at, pages = (folder / "pages.bin").read_bytes(), 0, []
    for length in json.loads((folder / "pages.json").read_text()):
        pages.append(data[at : at + length])
        at += length
    answers = sys.stdout
    sys.stdout = sys.stderr  # whatever a library prints is no answer
    for extract in METHODS.values():
        extract(pages[0])
    for line in sys.stdin:
        method, first, last, texts_wanted = json.loads(line)
        extract = METHODS[method]
        seconds, texts = [], []
        for page in pages[first:last]:
            started = time.process_time()
            text = extract(page)
            seconds.append(time.process_time() - started)
            if texts_wanted:
                texts.append(text)
        answers.write(json.dumps({"seconds": seconds, "texts": texts}) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
