"""The half of datasketch, rensa, text-dedup, tokenizers and tiktoken; runs in the environment `others` that `setup`
makes, and imports nothing of ours.

    python others_side.py TASK FOLDER

The protocol is that of datatrove_side.py. Signatures are 112 hashes of word 5-grams, each library called in its fastest
way; where it takes ready shingles, they are made as most of its users make them: lower case, runs of word characters.
`pairs-NAME` answers with the share of equal minima of every two documents in a row. Tokens are those of
FOLDER/index.json's tokenizer.json, and the answer is a digest of their ids.
"""

import hashlib
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Sign = Callable[[list[str]], Any]
HASHES, NGRAM = 112, 5
WARM_UP = 20  # documents
_WORD = re.compile(r"\w+")


def shingles(text: str) -> list[str]:
    words = _WORD.findall(text.lower())
    return [" ".join(words[at : at + NGRAM]) for at in range(max(1, len(words) - NGRAM + 1))]


def by_datasketch() -> Sign:
    """Version 2's default scheme, with xxHash in place of SHA-1."""
    import xxhash
    from datasketch import MinHash

    def sign(texts: list[str]) -> Any:
        sets = ([shingle.encode() for shingle in shingles(text)] for text in texts)
        return [found.hashvalues for found in MinHash.bulk(sets, num_perm=HASHES, hashfunc=xxhash.xxh32_intdigest)]

    return sign


def by_rensa() -> Sign:
    """All documents in one call, without a Python object a signature."""
    from rensa import RMinHash

    def sign(texts: list[str]) -> Any:
        return RMinHash.digests_from_token_sets([shingles(text) for text in texts], num_perm=HASHES, seed=1)

    return sign


def by_text_dedup() -> Sign:
    """embed_func, which its program maps over a data set, with its faster hash; words are split as it splits them."""
    from text_dedup.minhash import embed_func
    from text_dedup.utils import xxh3_32hash

    prime, top = np.uint64((1 << 61) - 1), np.uint32((1 << 32) - 1)
    draw = np.random.RandomState(42)
    permutations = (
        draw.randint(1, prime, size=HASHES, dtype=np.uint64),
        draw.randint(0, prime, size=HASHES, dtype=np.uint64),
    )
    settings: dict[str, Any] = {
        "num_perm": HASHES,
        "ngram_size": NGRAM,
        "min_length": NGRAM,
        "hashranges": [(at, at + 8) for at in range(0, HASHES, 8)],
        "permutations": np.array(permutations, dtype=np.uint64),
        "hash_func": xxh3_32hash,
        "dtype": np.uint64,
        "max_hash": np.uint64(top),
        "modulo_prime": prime,
    }

    def sign(texts: list[str]) -> Any:
        bands = (embed_func(text, 0, **settings)["__signatures__"] for text in texts)
        return [np.frombuffer(b"".join(rows), ">u8") for rows in bands]

    return sign


def by_tokenizers(file: Path) -> Sign:
    """The Rust library, in one thread, without offsets."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file))

    def sign(texts: list[str]) -> Any:
        return [found.ids for found in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]

    return sign


def by_tiktoken(file: Path) -> Sign:
    """The same vocabulary as ranks: ids in the order of merges."""
    import tiktoken

    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]  # openai/gpt-2, encoder.py, bytes_to_unicode
    others = [byte for byte in range(256) if byte not in printable]
    byte_of = {chr(byte): byte for byte in printable} | {chr(256 + i): byte for i, byte in enumerate(others)}
    vocabulary = json.loads(file.read_text())["model"]["vocab"]
    ranks = {bytes(byte_of[c] for c in token): i for token, i in vocabulary.items() if set(token) <= set(byte_of)}
    ranks = {token: i for token, i in ranks.items() if token != b"<|endoftext|>"}
    pattern = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s+"
    encoding = tiktoken.Encoding("peer", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})

    def sign(texts: list[str]) -> Any:
        return [encoding.encode_ordinary(text) for text in texts]

    return sign


SIGN = {"datasketch": by_datasketch, "rensa": by_rensa, "text-dedup": by_text_dedup}
ENCODE = {"tokenizers": by_tokenizers, "tiktoken": by_tiktoken}


def equal_minima(signatures: Any) -> list[float]:
    rows = [np.asarray(signature) for signature in signatures]
    return [float((one == other).mean()) for one, other in zip(rows[::2], rows[1::2])]


def digest(ids: list[list[int]]) -> str:
    """SHA-256 of all ids and the lengths of the documents; bpe.py does the same."""
    found = hashlib.sha256(np.array([len(each) for each in ids], np.uint32).tobytes())
    for each in ids:
        found.update(np.array(each, np.uint32).tobytes())
    return found.hexdigest()


def main() -> None:
    task, folder = sys.argv[1], Path(sys.argv[2])
    texts = json.loads((folder / "texts.json").read_text())
    name = task.removeprefix("pairs-")
    answer: Callable[[Any], Any]
    if task in ENCODE:
        (tokenizer,) = json.loads((folder / "index.json").read_text())["tokenizer"]
        run, answer = ENCODE[task](Path(tokenizer)), digest
    else:
        run, answer = SIGN[name](), equal_minima if task != name else len
    answers = sys.stdout
    sys.stdout = sys.stderr  # whatever a library prints is no answer
    run(texts[:WARM_UP])
    for line in sys.stdin:
        reply: dict[str, Any] = {}
        if line.strip() != "ready":
            started = time.process_time()
            found = run(texts)
            reply = {"seconds": time.process_time() - started, "result": answer(found)}
        answers.write(json.dumps(reply) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
