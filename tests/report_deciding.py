"""A small output of a run that scored quality and looked for near-duplicates and benchmarks, with the real schemas."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from report_output import FakeOutput

from pipeline import records
from pipeline.ids import document_id

SOURCES = {"web": 60, "forum": 30, "books": 10}
LEDGER = ["read", "exact_dedup", "quality", "minhash", "contamination"]
PROSE = """harbour lantern carries a quiet letter across the old bridge while every baker counts warm loaves before dawn
and the river keeps its slow promise to the mill where apples roll under wooden tables and nobody hurries home"""
WORDS = PROSE.split()
QUESTION = "How many lanterns does the harbour master light on a winter evening when two of nine are broken?"

Key = tuple[str, int]  # source, ordinal


def deciding(folder: Path) -> FakeOutput:
    """100 records: 20 dropped for quality, 12 near-duplicates, one document cut into three pieces, one dropped for its
    matches; 66 documents left as they were."""
    rng = random.Random(7)
    made = FakeOutput(folder, dict.fromkeys(SOURCES, LEDGER), {"web": "warc"})
    texts = {(name, i): prose(rng, 400) for name, many in SOURCES.items() for i in range(many)}
    for name, many in SOURCES.items():
        made.file(name, "a", many)
    gone = quality(made, texts) | near(made, rng, texts) | contamination(made, texts)
    for (name, i), text in texts.items():
        if (name, i) not in gone:
            made.document(name, "a", i, text, url=f"https://{name}.example/{i}", quality=0.5 + i / 200)
    return made


def identity(source: str, ordinal: int) -> str:
    """The id of a record of this output."""
    return document_id(source, "a", ordinal).hex()


def prose(rng: random.Random, words: int) -> str:
    """Sentences of our own words."""
    chosen = [rng.choice(WORDS) for _ in range(words)]
    return " ".join(f"{word}." if i % 11 == 10 else word for i, word in enumerate(chosen))


def changed(rng: random.Random, text: str, share: float) -> str:
    """The text with a share of its words replaced."""
    return " ".join(rng.choice(WORDS).upper() if rng.random() < share else word for word in text.split())


def quality(made: FakeOutput, texts: dict[Key, str]) -> set[Key]:
    """web 40 to 59 are dropped."""
    gone = {("web", i) for i in range(40, 60)}
    for source, i in sorted(gone):
        made.verdict(
            "quality", source, "a", i, "drop", "quality_pareto", score=0.1, threshold=0.4, text=texts[source, i],
            detail="kept with probability 0.145794",
        )  # fmt: skip
    scores, kept = [0] * 100, [0] * 100
    scores[10], scores[12], scores[80] = 25, 15, 20
    kept[10], kept[12], kept[80] = 10, 11, 19
    web = {"source": "web", "model": "web", "policy": "pareto", "parameter": 3.0, "documents": 60, "kept": 40}
    forum = {"source": "forum", "model": "web", "policy": "top", "parameter": 0.9, "documents": 60, "kept": 60}
    web |= {"expected": 0.64, "realised": 40 / 60, "scores": scores, "kept_scores": kept}
    forum |= {"expected": 0.9, "realised": 1.0, "scores": scores[::-1], "kept_scores": scores[::-1]}
    made.jsons["quality/policies.json"] = [web, forum]
    made.jsons["quality/web/card.json"] = card()
    return gone


def card(**more: Any) -> dict[str, Any]:
    """The card of a classifier, as classifiers/card.py writes it."""
    facts = {"without_words": 1, "trained_documents": 80, "trained_chars": 160_000, "held_out_documents": 20}
    low, high = [0] * 100, [0] * 100
    low[5:15] = [2] * 10
    high[85:95] = [2] * 10
    none = {"precision": None, "recall": 0.0}
    return {
        "model": "web",
        "family": "fasttext",
        "data": {"positive": {"books": {"documents": 101} | facts}, "negative": {"web": {"documents": 102} | facts}},
        "split": {
            "held_out_share": 0.2,
            "by_source": {"books": "file", "web": "host"},
            "held_out": {"positive": 20, "negative": 20},
            "note": "hosts are wholly on one side",
        },
        "hyper_parameters": {"epoch": 5, "lr": 0.1, "seed": 7},
        "auc": 0.9875,
        "precision_at_half": 0.95,
        "recall_at_half": None,
        "scores": {"books": high, "web": low},
        "precision_recall": [{"score": 0.0, "precision": 0.5, "recall": 1.0}, {"score": 1.0} | none],
        "calibration": [{"from": 0.0, "documents": 20, "mean_score": 0.0975, "share_good": 0.0}],
        "confounds": {"length": {"auc_alone": 0.625, "auc_among_alike": 0.96875, "pairs": 0.25, "values": []}},
        "label_noise": {
            "drop_contradicted": 0.05,
            "folds": 3,
            "by_source": {"web": {"documents": 80, "dropped": 7}},
            "dropped": {"negative": [{"id": "ab", "source": "web", "score": 0.75, "text": "a star bends light"}]},
        },
        "confusions": {
            "negative_called_good": [
                {"id": "ab" * 16, "source": "web", "score": 0.75, "text": "a <well> written page"}
            ],
            "positive_called_ordinary": [],
        },
        "digest": "ef" * 16,
        "sha256": "cd" * 32,
        **more,
    }


def near(made: FakeOutput, rng: random.Random, texts: dict[Key, str]) -> set[Key]:
    """forum 0 to 11 are copies of web 0 to 3, three of each, more and more changed; web 5 was not compared with all."""
    gone, pairs, clusters, samples = set(), [], [], []
    by_similarity = [0] * 100
    for i in range(12):
        original, copy = ("web", i % 4), ("forum", i)
        texts[copy] = changed(rng, texts[original], 0.01 * (i + 1))
        similarity = round(0.99 - 0.0175 * i, 4)
        by_similarity[int(similarity * 100)] += 1
        kept = identity(*original)
        removed = made.verdict(
            "minhash", "forum", "a", i, "drop", "near_duplicate", witness=kept, score=similarity, threshold=0.75,
            text=texts[copy],
        )  # fmt: skip
        gone.add(copy)
        sides = {"removed_id": removed, "kept_id": kept, "removed_source": "forum", "kept_source": "web"}
        sides["similarity"] = similarity
        pairs.append(sides | {"method": "jaccard", "bands": 14 - i})
        samples.append(sides | {"removed_text": texts[copy][:4000], "kept_text": texts[original][:4000]})
        clusters.append({"id": removed, "cluster": kept, "size": 4, "role": "removed", "source": "forum", "copies": 0})
    for i, first, size, role in ((0, 0, 4, "kept"), (1, 1, 4, "kept"), (2, 2, 4, "kept"), (3, 3, 4, "kept"),
                                 (4, 4, 2, "kept"), (5, 4, 2, "unchecked")):  # fmt: skip
        row = {"id": identity("web", i), "cluster": identity("web", first), "size": size, "role": role}
        clusters.append(row | {"source": "web", "copies": 1})
    compared = [count + (bin_ % 7 if 40 <= bin_ < 75 else 0) for bin_, count in enumerate(by_similarity)]
    made.tables["dedup/pairs.parquet"] = (pairs, records.PAIR)
    made.tables["dedup/clusters.parquet"] = (clusters, records.CLUSTER)
    made.tables["dedup/samples.parquet"] = (samples, records.PAIR_SAMPLE)
    made.jsons["dedup/summary.json"] = {
        "shingle": "word", "ngram": 5, "hashes": 112, "bands": 14, "rows": 8, "threshold": 0.75, "verify": True,
        "similarity": "jaccard", "comparisons": sum(compared), "compared": compared, "removed": by_similarity,
        "unchecked": 1, "sizes": {"2": 1, "4-9": 4}, "rounds": 0, "by_source": [],
    }  # fmt: skip
    return gone


def contamination(made: FakeOutput, texts: dict[Key, str]) -> set[Key]:
    """books 0 holds a question twice and is cut into three pieces; books 1 is dropped."""
    text = texts["books", 0]
    parts = [text[:800], text[800:1600], text[1600:]]
    whole = f" {QUESTION.upper()} ".join(parts)
    url = "https://books.example/0"
    cut = made.verdict(
        "contamination", "books", "a", 0, "cut", "benchmark_overlap", rows_out=3, score=0.5, text=whole,
        detail="quiz/1", url=url,
    )  # fmt: skip
    for number, piece in enumerate(parts):
        made.document("books", "a", 0, piece, piece=number, url=url, quality=0.625)
    dropped = made.verdict(
        "contamination", "books", "a", 1, "drop", "no_piece_left", score=1.0, text=QUESTION, detail="quiz/1"
    )
    start = whole.index(QUESTION.upper())
    match = {"id": cut, "benchmark": "quiz", "example": "1", "method": "gpt3", "source": "books"}
    spans = {"span_start": start, "span_end": start + len(QUESTION), "example_start": 0, "example_end": len(QUESTION)}
    first = match | spans | {"overlap": 0.5, "action": "cut"}
    whole_text = first | {"id": dropped, "span_start": 0, "span_end": len(QUESTION), "action": "drop", "overlap": 1.0}
    sample = match | {"url": url, "excerpt": whole[start - 300 : start + 500], "example_text": QUESTION}
    sample |= {"span_start": 300, "span_end": 300 + len(QUESTION)}
    made.tables["contamination/matches.parquet"] = ([first, first, whole_text], records.MATCH)
    made.tables["contamination/samples.parquet"] = ([sample], records.MATCH_SAMPLE)
    made.tables["contamination/examples.parquet"] = (list(_examples()), records.EXAMPLE)
    gpt3 = {"ngram": 13, "action": "cut", "common_ngrams": 7, "documents_matched": 2, "documents_cut": 1}
    gpt3 |= {"documents_dropped": 1, "pieces": 3}
    palm = {"ngram": 8, "action": "measure", "common_ngrams": 0, "documents_matched": 0, "min_overlap": 0.7}
    made.jsons["contamination/summary.json"] = {"methods": {"gpt3": gpt3, "palm": palm}, "benchmarks": []}
    return {("books", 0), ("books", 1)}


def _examples() -> Iterator[dict[str, Any]]:
    """quiz: two found by GPT-3's method, one of them dirty by PaLM's, too, one too short, one clean, one unreadable;
    maths: all clean."""
    rows = (
        ("quiz", "1", QUESTION, (6, 3, 2, 0.5, "dirty"), (11, 9, 2, 9 / 11, "dirty")),
        ("quiz", "2", QUESTION + " Why?", (7, 1, 1, 1 / 7, "dirty"), (12, 3, 1, 0.25, "clean")),
        ("quiz", "3", "Why?", (0, 0, 0, 0.0, "too_short"), (0, 0, 0, 0.0, "too_short")),
        ("quiz", "4", QUESTION[::-1], (6, 0, 0, 0.0, "clean"), (11, 0, 0, 0.0, "clean")),
        ("quiz", "5", None, (None, None, None, None, "unreadable"), (None, None, None, None, "unreadable")),
        *(("maths", str(i), f"{i} " * 20, (8, 0, 0, 0.0, "clean"), (13, 0, 0, 0.0, "clean")) for i in range(9)),
    )
    names = ("ngrams", "matched", "documents", "overlap", "status")
    for benchmark, example, text, gpt3, palm in rows:
        row: dict[str, Any] = {"benchmark": benchmark, "example": example, "text": text}
        row["words"] = len(text.split()) if text else 0
        row["problem"] = None if text else "no question in this row"
        row |= {f"gpt3_{name}": value for name, value in zip(names, gpt3, strict=True)}
        yield row | {f"palm_{name}": value for name, value in zip(names, palm, strict=True)}
