"""Lines and spans that are in several places: which stay, by rules spelt out once more in plain Python."""

import random
import re
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dedup.segments import segments
from pipeline.engine.graph import Graph, GraphBuilder
from pipeline.ids import document_id
from pipeline.planning import copies, paragraphs
from pipeline.recheck_contamination import texts_after_cuts
from pipeline.recipe import Recipe, loads
from tests import toy_documents

Parts = list[tuple[str, list[str]]]


def recipe(*dedup: str) -> Recipe:
    lines = ["name: t", "seed: 1", "sources:", "  a: {reader: jsonl, paths: [a]}", "  b: {reader: jsonl, paths: [b]}"]
    return loads("\n".join([*lines, "dedup:", *(f"  {line}" for line in dedup)]))


class Run:
    """The stages of one rule over parts of documents, and what they wrote."""

    def __init__(self, out: Path, parts: Parts, *dedup: str, partitions: int = 3) -> None:
        wanted = recipe(*dedup)
        assert wanted.dedup is not None
        (self.name,) = (name for name in (*copies.NAMES, paragraphs.NAME) if getattr(wanted.dedup, name))
        builder = GraphBuilder(str(out))
        shared = toy_documents.rules(builder, parts)
        if self.name == paragraphs.NAME:
            decided = paragraphs.add(builder, wanted, shared, [], partitions=partitions)
        else:
            decided = copies.add(builder, wanted, shared, [], self.name, partitions=partitions)
        builder.add(
            "documents",
            "pipeline.stages.documents:run",
            tasks=len(parts),
            params={"tasks": shared.tasks, "decided": [decided]},
            upstream=["rules", self.name],
        )
        self.graph: Graph = builder.build()
        toy_documents.run_all(self.graph)
        self.texts = {(part, row): text for part, (_, texts) in enumerate(parts) for row, text in enumerate(texts)}
        self.address = {document_id(parts[part][0], str(part), row).hex(): (part, row) for part, row in self.texts}

    def _tables(self, stage: str, pattern: str) -> list[dict[str, Any]]:
        paths = sorted(Path(self.graph.work(stage, "public")).glob(pattern))
        return [row for path in paths for row in pq.read_table(path).to_pylist()]

    @property
    def left(self) -> dict[tuple[int, int], str]:
        """(part, row) -> what is left of the text."""
        return {self.address[row["id"]]: row["text"] for row in self._tables("documents", "documents/*/*.parquet")}

    @property
    def decisions(self) -> dict[tuple[int, int], dict[str, Any]]:
        rows = self._tables("documents", "decisions/*/*.parquet")
        return {self.address[row["id"]]: row for row in rows}

    @property
    def spans(self) -> list[dict[str, Any]]:
        return self._tables(self.name, "dedup/*/*.parquet")


def normal(line: str) -> str:
    """The normal form of a line, for texts without marks and invisible characters."""
    kept = [" " if c.isspace() else "0" if unicodedata.category(c) == "Nd" else c.lower() for c in line]
    return " ".join("".join(c for c in kept if unicodedata.category(c)[0] != "P").split())


def check_spans(run: Run) -> None:
    """Every stretch that the table names is what it says, and stands whole in what is left of its witness."""
    assert run.spans
    for span in run.spans:
        text = run.texts[run.address[span["id"]]]
        assert text[span["span_start"] : span["span_end"]] == span["text"]
        assert normal(span["text"]) in normal(run.left[run.address[span["witness"]]])
        assert span["copies"] > 1


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def in_order(parts: Parts, ranks: dict[str, int]) -> list[tuple[int, int]]:
    """All documents, the most preferred first."""
    found = [(part, row) for part, (_, texts) in enumerate(parts) for row in range(len(texts))]

    def preference(address: tuple[int, int]) -> tuple[int, int, bytes]:
        source, texts = parts[address[0]]
        return ranks[source], -len(texts[address[1]].encode()), document_id(source, str(address[0]), address[1])

    return sorted(found, key=preference)


WORDS = ["alder", "birch", "cedar", "elm", "fir", "hazel", "larch", "maple", "oak", "pine", "rowan", "yew"]


def corpus(seed: int, lines: int = 40) -> Parts:
    """Four parts of two sources, whose documents share lines."""
    dice = random.Random(seed)
    pool = [" ".join(dice.choices(WORDS, k=5)) + f" {n % 7}." for n in range(lines)]

    def document() -> str:
        return "\n".join(dice.choice(pool) for _ in range(dice.randint(1, 6)))

    return [(source, [document() for _ in range(count)]) for source, count in (("a", 9), ("b", 14), ("a", 0), ("b", 5))]


# -- lines -------------------------------------------------------------------------------------------------------------


def test_the_normal_form_ignores_case_digits_punctuation_and_spacing() -> None:
    same = ["Page 12 of 340", "page 98 of 217.", "  PAGE\t٤٥ of «310»!", "page 11 of 111\u00ad"]
    found = segments(pa.array(same, pa.string()), "lines")
    assert len(set(found.hashes.tolist())) == 1
    other = ["Page 1 of 340", "pages 12 of 340", "page 12 of 340 +", "pagé 12 of 340", "page12 of 340"]
    assert len(set(segments(pa.array([*same, *other], pa.string()), "lines").hashes.tolist())) == 6


@given(st.text(alphabet="ab1٣．.,!? \n\r\t-éß字。", max_size=60), st.text(alphabet="ab1٣．.,!? \n-éß字。", max_size=60))
@settings(max_examples=300, deadline=None)
def test_hashes_are_equal_where_normal_forms_are(one: str, other: str) -> None:
    found = segments(pa.array([one, other], pa.string()), "lines")
    expected = [normal(line) for text in (one, other) for line in re.split("\r\n|[\r\n]", text) if line.strip()]
    assert len(expected) == len(found.hashes)
    for a, hash_a in zip(expected, found.hashes.tolist(), strict=True):
        for b, hash_b in zip(expected, found.hashes.tolist(), strict=True):
            assert (a == b) is (hash_a == hash_b)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("partitions", [1, 4])
def test_of_each_line_the_copy_of_the_preferred_document_stays(tmp_path: Path, seed: int, partitions: int) -> None:
    parts = corpus(seed)
    run = Run(tmp_path, parts, "prefer: [b, a]", "ccnet_lines: {keep_first: true}", partitions=partitions)
    seen: set[str] = set()
    expected = {}
    for address in in_order(parts, {"b": 0, "a": 1}):
        kept = []
        for line in lines_of(run.texts[address]):
            if normal(line) not in seen:
                seen.add(normal(line))
                kept.append(line)
        if kept:
            expected[address] = "\n".join(kept)
    assert run.left == expected
    assert 0 < len(expected) < len(run.texts)
    check_spans(run)


@pytest.mark.parametrize(("name", "most"), [("ccnet_lines", 1), ("ccnet_lines", 3), ("llama3_lines", 6)])
def test_lines_that_occur_more_often_go_everywhere(tmp_path: Path, name: str, most: int) -> None:
    parts = corpus(5, lines=25)
    run = Run(tmp_path, parts, f"{name}: {{max_copies: {most}}}")
    copies_of = Counter(normal(line) for text in run.texts.values() for line in lines_of(text))
    assert 0 < sum(count > most for count in copies_of.values()) < len(copies_of)
    for address, text in run.texts.items():
        kept = [line for line in lines_of(text) if copies_of[normal(line)] <= most]
        assert run.left.get(address) == ("\n".join(kept) if kept else None)
        gone = [copies_of[normal(line)] for line in lines_of(text) if copies_of[normal(line)] > most]
        decision = run.decisions.get(address)
        if not gone:
            assert decision is None
            continue
        assert decision is not None
        assert decision["verdict"] == ("cut" if kept else "drop")
        assert decision["reason"] == ("repeated_lines" if kept else "only_repeated_lines")
        assert (decision["score"], decision["threshold"], decision["witness"]) == (max(gone), most, None)
        assert decision["rows_out"] == bool(kept)
        assert decision["detail"].startswith(f"{len(gone)} of {len(lines_of(text))} lines, ")


def test_lines_are_counted_bucket_by_bucket(tmp_path: Path) -> None:
    """Seven copies go where all documents are one bucket; of ten buckets with some three documents none has seven."""
    parts = [
        ("a", [f"The same line.\nLine {chr(97 + n)}" for n in range(7)] + [f"Other {chr(97 + n)}" for n in range(23)])
    ]
    together = Run(tmp_path / "one", parts, "llama3_lines: {}")
    assert [together.left[0, n] for n in range(7)] == [f"Line {chr(97 + n)}" for n in range(7)]
    apart = Run(tmp_path / "ten", parts, "llama3_lines: {bucket_documents: 3}")
    assert apart.left == apart.texts
    assert apart.decisions == {}


def test_blank_lines_and_breaks_around_what_stays_are_kept(tmp_path: Path) -> None:
    texts = ["Menu\r\n\r\nOne.\r\n\r\n  Two.\r\nMenu", "One story\nMenu\n\nTwo story\n  indented", "Menu"]
    run = Run(tmp_path, [("a", texts)], "ccnet_lines: {}")
    assert run.left == {(0, 0): "One.\r\n\r\n  Two.", (0, 1): "One story\nTwo story\n  indented"}
    assert run.decisions[0, 2]["reason"] == "only_repeated_lines"
    assert run.decisions[0, 0]["detail"] == "2 of 4 lines, 14 of 28 characters: 0-4, 24-28"


def test_scope_within_compares_lines_of_one_source_only(tmp_path: Path) -> None:
    parts = [("a", ["One line", "One line"]), ("b", ["One line"])]
    run = Run(tmp_path, parts, "scope: within", "ccnet_lines: {keep_first: true}")
    assert Counter(part for part, _ in run.left) == {0: 1, 1: 1}


def test_one_line_a_hundred_thousand_times(tmp_path: Path) -> None:
    parts = [("a", ["again\n" * 100_000 + "once"]), ("b", ["again and", "once more"])]
    run = Run(tmp_path, parts, "ccnet_lines: {keep_first: true}")
    assert run.left[0, 0] == "again\nonce"


@pytest.mark.parametrize("rule", ["ccnet_lines: {keep_first: true}", "c4_spans: {}", "substrings: {}"])
def test_of_equal_documents_one_stays(tmp_path: Path, rule: str) -> None:
    text = "\n".join(f"Sentence {WORDS[n % 12]} {WORDS[n % 7]} {chr(97 + n)} of the text." for n in range(20))
    run = Run(tmp_path, [("a", [text] * 3_000), ("b", [text] * 2_000)], rule)
    assert list(run.left.values()) == [text]
    assert {row["verdict"] for row in run.decisions.values()} == {"drop"}
    assert {row["witness"] for row in run.decisions.values()} == {
        min(run.address, key=lambda id_: (run.address[id_][0], id_))
    }


@pytest.mark.parametrize("rule", ["ccnet_lines: {}", "llama3_lines: {}", "c4_spans: {}", "substrings: {}"])
def test_texts_with_nothing_to_compare_are_left_alone(tmp_path: Path, rule: str) -> None:
    parts = [("a", ["", "", "word", "\x00", " \n", "no end"]), ("b", [])]
    run = Run(tmp_path, parts, rule)
    assert run.left == run.texts


# -- spans of sentences ------------------------------------------------------------------------------------------------


def sentences(text: str) -> list[str]:
    return [part for line in lines_of(text) for part in re.findall(r"[^.]+\.", line)]


def spans(text: str) -> list[tuple[str, ...]]:
    found = [normal(sentence) for sentence in sentences(text)]
    return list(zip(found, found[1:], found[2:], strict=False))


def prose(seed: int) -> Parts:
    dice = random.Random(seed)
    pool = [" ".join(dice.choices(WORDS, k=4)).capitalize() + "." for _ in range(14)]
    passages = [" ".join(pool[at : at + dice.randint(2, 5)]) for at in range(10)]

    def document() -> str:
        return "\n".join(dice.choice(passages) for _ in range(dice.randint(1, 3)))

    return [("a", [document() for _ in range(6)]), ("b", [document() for _ in range(6)])]


@pytest.mark.parametrize("seed", range(6))
def test_of_each_span_one_copy_stays_whole_and_what_goes_is_in_it(tmp_path: Path, seed: int) -> None:
    parts = prose(seed)
    run = Run(tmp_path, parts, "c4_spans: {}")
    first: dict[tuple[str, ...], tuple[tuple[int, int], int]] = {}
    places: dict[tuple[str, ...], int] = defaultdict(int)
    for address in in_order(parts, {"a": 0, "b": 1}):
        for place, span in enumerate(spans(run.texts[address])):
            first.setdefault(span, (address, place))
            places[span] += 1
    for address, text in run.texts.items():
        whole = sentences(text)
        covered, protected = set(), set()
        for place, span in enumerate(spans(text)):
            inside = range(place, place + 3)
            if first[span] != (address, place):
                covered.update(inside)
            elif places[span] > 1:
                protected.update(inside)
        kept = [s.strip() for n, s in enumerate(whole) if n not in covered - protected]
        left = [s.strip() for s in sentences(run.left.get(address, ""))]
        assert left == kept
    final = {span for text in run.left.values() for span in spans(text)}
    assert {span for span, count in places.items() if count > 1} <= final
    check_spans(run)


def test_a_sentence_leaves_its_line_in_order(tmp_path: Path) -> None:
    shared = "One is one. Two is two. Three is three."
    texts = [
        f"{shared} And so it goes on, much longer than all others.",
        f"Begin.\n{shared}\nEnd.",
        f"Begin {shared}\nStop!",
    ]
    run = Run(tmp_path, [("a", texts)], "c4_spans: {}")
    assert run.left == {(0, 0): texts[0], (0, 1): "Begin.\nEnd.", (0, 2): texts[2]}
    assert run.decisions[0, 1]["reason"] == "repeated_sentences"
    assert run.address[run.decisions[0, 1]["witness"]] == (0, 0)


# -- substrings --------------------------------------------------------------------------------------------------------


def windows(text: str, n: int) -> list[tuple[str, ...]]:
    found = text.split()
    return [tuple(found[at : at + n]) for at in range(len(found) - n + 1)]


def passages(seed: int) -> Parts:
    """Documents of words that share runs of 5 to 40 of them, some with themselves."""
    dice = random.Random(seed)
    pool = [dice.choices(WORDS, k=dice.randint(5, 40)) for _ in range(12)]

    def document() -> str:
        pieces = [dice.choice(pool) if dice.random() < 0.5 else dice.choices(WORDS, k=12) for _ in range(4)]
        return "".join(word + dice.choice("  \n") for piece in pieces for word in piece).strip()

    return [("a", [document() for _ in range(7)]), ("b", [document() for _ in range(7)])]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("keep_first", [True, False])
def test_every_token_of_a_repeat_goes_and_nothing_else(tmp_path: Path, seed: int, keep_first: bool) -> None:
    parts, n = passages(seed), 13
    run = Run(tmp_path, parts, f"substrings: {{tokens: {n}, keep_first: {str(keep_first).lower()}}}")
    first: dict[tuple[str, ...], tuple[tuple[int, int], int]] = {}
    copies_of: Counter[tuple[str, ...]] = Counter()
    for address in in_order(parts, {"a": 0, "b": 1}):
        for place, window in enumerate(windows(run.texts[address], n)):
            first.setdefault(window, (address, place))
            copies_of[window] += 1
    lost = 0
    for address, text in run.texts.items():
        covered, protected = set(), set()
        for place, window in enumerate(windows(text, n)):
            if copies_of[window] > 1:
                stays = keep_first and first[window] == (address, place)
                (protected if stays else covered).update(range(place, place + n))
        kept = [word for number, word in enumerate(text.split()) if number not in covered - protected]
        assert run.left.get(address, "").split() == kept
        lost += len(text.split()) - len(kept)
    assert lost > 0
    if keep_first:
        check_spans(run)
        final = {window for text in run.left.values() for window in windows(text, n)}
        assert {window for window, count in copies_of.items() if count > 1} <= final
    else:
        assert {span["witness"] for span in run.spans} == {None}


def test_substrings_differ_by_case_and_punctuation_but_not_by_wrapping(tmp_path: Path) -> None:
    words = [f"word{n}" for n in range(60)]
    texts = [
        " ".join(["Longest of all, so that it stays:", *words, "and more words behind."]),
        "Wrapped\n" + "\n".join(words) + "\nend",
        " ".join(["Cased", *(word.upper() for word in words)]),
        " ".join(["Stopped", *(f"{word}." for word in words)]),
        " ".join(["Short", *words[:49]]),
    ]
    run = Run(tmp_path, [("a", texts)], "substrings: {}")
    assert run.left == {**run.texts, (0, 1): "Wrapped\nend"}
    (decision,) = run.decisions.values()
    assert (decision["verdict"], decision["reason"]) == ("cut", "repeated_tokens")
    assert decision["detail"].startswith("60 of 62 tokens, ")
    assert run.address[decision["witness"]] == (0, 0)


def test_a_text_of_one_word_keeps_one_window(tmp_path: Path) -> None:
    run = Run(tmp_path, [("a", ["no " * 20_000 + "yes", "no " * 30])], "substrings: {}")
    assert run.left[0, 0].split() == ["no"] * 50 + ["yes"]
    assert run.left[0, 1] == run.texts[0, 1]


def test_substrings_of_scripts_without_spaces(tmp_path: Path) -> None:
    dice = random.Random(1)
    passage = "".join(chr(0x4E00 + dice.randrange(3000)) for _ in range(70))
    run = Run(tmp_path, [("a", [f"甲{passage}乙。丙丁。", f"己{passage}"])], "substrings: {}")
    assert run.left == {(0, 0): run.texts[0, 0], (0, 1): "己"}


# -- what comes after --------------------------------------------------------------------------------------------------


def test_verify_looks_for_benchmarks_in_the_texts_that_were_left(tmp_path: Path) -> None:
    run = Run(tmp_path, passages(1), "substrings: {tokens: 13}")
    assert any(run.left[address] != run.texts[address] for address in run.left)
    manifest = {"work": [stage.folder for stage in run.graph.stages]}
    wanted = {identity for identity, address in run.address.items() if address in run.left}
    found = texts_after_cuts(str(tmp_path), manifest, run.graph.work("rules", "docs"), wanted)
    assert {run.address[identity]: text for identity, text in found.items()} == run.left
