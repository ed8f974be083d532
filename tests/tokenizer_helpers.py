"""Texts in our own words, and a small tokenizer trained on them."""

import functools
import itertools

from pipeline.shards.tokenizer import TokenizerFile, train_tokenizer

_WHO = ("The miller", "A heron", "Grandmother's clock", "Die alte Brücke", "Le boulanger", "Старый маяк", "小さな猫")
_DOES = ("watches", "doesn't mind", "counts 1,024 of", "erzählt von", "cherche", "считает", "が見ている")
_WHAT = (
    "the river",
    "3.5 loaves (warm)",
    "every   second\nline",
    "\tif x == 1:  return\n",
    "été et hiver",
    "волны",
    "雪",
)


def texts() -> list[str]:
    return [f"{who} {does} {what}." for who, does, what in itertools.product(_WHO, _DOES, _WHAT)]


@functools.cache
def small_tokenizer() -> TokenizerFile:
    tokenizer, _ = train_tokenizer(texts(), 400)
    return tokenizer
