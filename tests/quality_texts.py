"""Two kinds of text that a classifier can tell apart, from a few words each."""

import random

GOOD_WORDS = (
    "the theory explains how light bends near a massive star because space itself is curved and every measured angle "
    "agrees with what observers recorded during the eclipse"
)
SPAM_WORDS = (
    "buy cheap pills now click here best price free shipping login cart menu home contact cookie policy subscribe "
    "offer deal casino bonus win"
)


def text(good: bool, seed: int, words: int = 60) -> str:
    """A text of one kind; one word in five is of the other kind."""
    dice = random.Random(f"{good} {seed}")
    mine, other = (GOOD_WORDS, SPAM_WORDS) if good else (SPAM_WORDS, GOOD_WORDS)
    return " ".join(dice.choice((other if dice.random() < 0.2 else mine).split()) for _ in range(words))


def examples(count: int) -> list[tuple[bool, str]]:
    """`count` texts of each kind, in turn."""
    return [(good, text(good, seed)) for seed in range(count) for good in (True, False)]
