"""datatrove's half of a comparison; runs in the environment that `setup` makes, and imports nothing of ours.

    python datatrove_side.py gopher|decisions|minhash|pairs|contamination|pii FOLDER

FOLDER holds texts.json, a list of documents (and index.json for contamination: texts by benchmark). For every line on
standard input it goes once over the documents, on its own functions and nothing else in the clock, and answers with
one JSON line: {"seconds": s, "result": ...}. The line "ready" is answered without measuring.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from datatrove.data import Document
from datatrove.utils.logging import logger

Pass = Callable[[list[Document]], Any]
WARM_UP = 20  # documents


def gopher(_: Path) -> Pass:
    """The two filters one after the other, as a pipeline runs them; words are tokenised once (datatrove's cache)."""
    from datatrove.pipeline.filters import GopherQualityFilter, GopherRepetitionFilter

    repetition, quality = GopherRepetitionFilter(), GopherQualityFilter()

    def run(documents: list[Document]) -> int:
        return sum(repetition.filter(document) is True and quality.filter(document) is True for document in documents)

    return run


def decisions(_: Path) -> Pass:
    """Each filter's own decision on every document: null keeps, else the reason."""
    from datatrove.pipeline.filters import GopherQualityFilter, GopherRepetitionFilter

    filters = {"gopher_repetition": GopherRepetitionFilter(), "gopher_quality": GopherQualityFilter()}

    def run(documents: list[Document]) -> dict[str, list[str | None]]:
        found: dict[str, list[str | None]] = {name: [] for name in filters}
        for document in documents:
            for name, chosen in filters.items():
                verdict = chosen.filter(document)
                found[name].append(None if verdict is True else verdict[1])
        return found

    return run


def minhash(folder: Path) -> Pass:
    """What stage 1 does for each document before it writes: normalise, tokenise, hash shingles, take minima."""
    from datatrove.pipeline.dedup import MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig

    config = MinhashConfig(n_grams=5, num_buckets=14, hashes_per_bucket=8)
    stage = MinhashDedupSignature(str(folder / "signatures"), config)

    def run(documents: list[Document]) -> list[list[list[int]]]:
        return [stage.get_signature(stage.get_shingles(document.text)) for document in documents]

    return run


def pairs(folder: Path) -> Pass:
    """The share of equal minima in the signatures of every two documents in a row."""
    sign = minhash(folder)

    def run(documents: list[Document]) -> list[float]:
        signatures = [np.concatenate(signature) for signature in sign(documents)]
        return [float((one == other).mean()) for one, other in zip(signatures[::2], signatures[1::2])]

    return run


def contamination(folder: Path) -> Pass:
    """NGramsDecontFilter with an index of the 13-grams of whole examples, written as its indexer writes them."""
    from datatrove.pipeline.decont import NGramsDecontFilter
    from datatrove.pipeline.decont.n_grams import NGramsDecontConfig
    from datatrove.utils.hashing import create_hash_func
    from datatrove.utils.text import ngrams, simplify_text
    from datatrove.utils.word_tokenizers import load_word_tokenizer

    config = NGramsDecontConfig(n_grams=13)
    hash_of, tokenizer = create_hash_func(config.hash_config), load_word_tokenizer("en")
    index = folder / "index"
    index.mkdir(exist_ok=True)
    # The indexer's own loop: its class cannot be used without lighteval and a network.
    for benchmark, examples in json.loads((folder / "index.json").read_text()).items():
        hashes: set[int] = set()
        for example in examples:
            words = tokenizer.word_tokenize(simplify_text(example, config.norm_config))
            hashes.update(hash_of(" ".join(ngram)) for ngram in ngrams(words, config.n_grams))
        np.array(list(hashes), dtype=config.hash_config.np_descr).tofile(index / f"{benchmark}.index.hashes")
    chosen = NGramsDecontFilter(str(index), config)

    def run(documents: list[Document]) -> list[bool]:
        return [chosen.filter(document) is not True for document in documents]

    return run


def pii(_: Path) -> Pass:
    """PIIFormatter as FineWeb has it: e-mail addresses and public IP addresses; returns how many documents it
    changes.
    """
    from datatrove.pipeline.formatters import PIIFormatter

    formatter = PIIFormatter()

    def run(documents: list[Document]) -> int:
        return sum(formatter.format(document.text) != document.text for document in documents)

    return run


def main() -> None:
    logger.remove()
    task, folder = sys.argv[1], Path(sys.argv[2])
    texts = json.loads((folder / "texts.json").read_text())
    documents = [Document(text=text, id=str(number)) for number, text in enumerate(texts)]
    tasks = (gopher, decisions, minhash, pairs, contamination, pii)
    run = {each.__name__: each for each in tasks}[task](folder)
    answers = sys.stdout
    sys.stdout = sys.stderr  # whatever a library prints is no answer
    run(documents[:WARM_UP])
    for line in sys.stdin:
        reply: dict[str, Any] = {}
        if line.strip() != "ready":
            started = time.process_time()
            result = run(documents)
            reply = {"seconds": time.process_time() - started, "result": None if task == "minhash" else result}
        answers.write(json.dumps(reply) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
