"""What training makes of pages: the class/id lexicon out of their labels, and copies that say less."""

import math

import numpy as np
import pytest

from classifiers.extractor import lexicon
from classifiers.extractor.augment import TELLING, Augmentation, copy, renamed, without_words
from classifiers.extractor.thin import thin
from pipeline.extract.model import LEXICON_STEP
from pipeline.kernels.html_blocks import TAG, parse
from pipeline.kernels.html_tags import NUMBER

PAGE = b"""<html><body><header class="top"><p>Menu</p></header>
<main><article class="story"><h1>Title</h1><p class="lead">One two three.</p><p>Four five.</p></article></main>
<footer class="foot"><p>Legal notice</p></footer></body></html>"""


def fnv(word):
    value = 0x811C9DC5
    for byte in word.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def blocks_of(html):
    return parse(np.frombuffer(html, np.uint8).copy())


def texts(blocks):
    return [blocks.text[s:e].tobytes().decode() for s, e in zip(blocks.start, blocks.end)]


def page_words():
    blocks = blocks_of(PAGE)
    lines = texts(blocks)
    tokens = [len(line.split()) for line in lines]
    return lexicon.word_tokens(blocks, tokens, ["." in line for line in lines])


def test_tokens_by_word():
    found = page_words()
    table = {word: (main, total) for word, main, total in zip(found.words.tolist(), found.main, found.total)}
    assert table[fnv("story")] == (5, 6)  # the title is no main text here
    assert table[fnv("lead")] == (3, 3)
    assert table[fnv("top")] == (0, 1)
    assert table[fnv("foot")] == (0, 2)


def test_hosts_count_the_same_however_many_pages_they_have():
    page = page_words()
    hosts = lexicon.by_host([page] * 6, ["a", "b", "c", "d", "d", "d"])
    assert list(hosts) == ["a", "b", "c", "d"]
    once = lexicon.by_host([page] * 4, ["a", "b", "c", "d"])
    several, single = lexicon.make(list(hosts.values())), lexicon.make(list(once.values()))
    assert several.values.tolist() == single.values.tolist()
    value = dict(zip(single.hashes.tolist(), single.values.tolist()))
    assert value[fnv("lead")] == round(math.log(5 / 1) / LEXICON_STEP)
    assert value[fnv("foot")] == round(math.log(1 / 5) / LEXICON_STEP)
    assert single.hashes.tolist() == sorted(single.hashes.tolist())


def test_words_of_few_hosts_are_left_out():
    hosts = lexicon.by_host([page_words()] * 9, ["a", "b", "c"] * 3)
    assert not len(lexicon.make(list(hosts.values())).hashes)
    assert not len(lexicon.make([]).hashes)


def test_renamed_tags_are_divs_and_text_stays():
    blocks = blocks_of(PAGE)
    made = renamed(blocks, list(TELLING))
    tags = set(made.elements[:, TAG].tolist())
    assert not tags & {NUMBER[tag] for tag in TELLING}
    assert NUMBER["p"] in tags
    assert NUMBER["article"] in blocks.elements[:, TAG]  # the page itself is as it was
    assert texts(made) == texts(blocks)


@pytest.mark.parametrize(("share", "low", "high"), [(0.0, 0, 0), (1.0, 1, 1), (0.5, 0.4, 0.6)])
def test_share_of_elements_that_lose_their_words(share, low, high):
    page = b"".join(b'<div class="w%d">text</div>' % i for i in range(2000))
    blocks = blocks_of(page)
    made = without_words(blocks, share, key=11)
    lost = (made.words == 0).mean()
    assert low <= lost <= high
    assert (made.words[made.words != 0] == blocks.words[made.words != 0]).all()


def test_copies_depend_on_seed_page_and_number_alone():
    blocks = blocks_of(PAGE)

    def trace(page, number, seed):
        made = copy(blocks, page, number, seed, Augmentation())
        return made.elements.tobytes() + made.words.tobytes()

    assert trace("a", 1, 0) == trace("a", 1, 0)
    pages = [f"page {i}" for i in range(20)]
    assert len({trace(page, 1, 0) for page in pages}) > 5
    assert [trace(page, 1, 0) for page in pages] != [trace(page, 2, 0) for page in pages]
    assert [trace(page, 1, 0) for page in pages] != [trace(page, 1, 1) for page in pages]


def test_thinned_rows_weigh_what_all_rows_weigh():
    rng = np.random.default_rng(0)
    weight = (rng.random(50_000) ** 6).astype(np.float32)
    kind = rng.integers(0, 3, 50_000)
    kept, weights = thin(weight, 10_000, key=3)
    assert abs(len(kept) - 10_000) < 300
    assert (np.diff(kept) > 0).all()
    for one in range(3):
        assert weights[kind[kept] == one].sum() == pytest.approx(weight[kind == one].sum(), rel=0.02)
    heavy = np.flatnonzero(weight > 0.9)
    assert np.isin(heavy, kept).all()
    assert (weights[np.isin(kept, heavy)] == weight[heavy]).all()
    again, _ = thin(weight, 10_000, key=3)
    other, _ = thin(weight, 10_000, key=4)
    assert kept.tolist() == again.tolist() != other.tolist()


def test_few_rows_all_stay_and_rows_without_weight_go():
    weight = np.array([0, 0.5, 1, 0, 2], np.float32)
    for rows in (3, 100):
        kept, weights = thin(weight, rows, key=0)
        assert (kept.tolist(), weights.tolist()) == ([1, 2, 4], [0.5, 1, 2])
    assert thin(np.zeros(4, np.float32), 2, key=0)[0].tolist() == []
