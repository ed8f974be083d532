"""Rules on a page's address: blocked domains, words, length, and hosts that are bare IP addresses.

The shape is RefinedWeb's (Penedo et al. 2023, arXiv:2306.01116, appendix on URL filtering): a domain block list and
words in the address, some of which drop a page alone (hard) and some only together (soft). No list is shipped; a
recipe names its own.
"""

import re
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import xxhash
from pydantic import NonNegativeInt, PositiveInt

from pipeline.filters.base import Filter, FilterParams, FilterResult, Rule, judge
from pipeline.filters.lists import read_list


class UrlParams(FilterParams):
    """Without lists and limits everything passes. List files: one entry a line, lines that start with # ignored."""

    domains: tuple[str, ...] = ()
    """Blocks the domain and everything below it: "example.com" blocks "a.example.com", not "badexample.com"."""
    domain_files: tuple[Path, ...] = ()
    hard_words: tuple[str, ...] = ()
    """One of these words in the address drops the page; words are runs of letters and digits, case ignored."""
    hard_word_files: tuple[Path, ...] = ()
    soft_words: tuple[str, ...] = ()
    """More than `max_soft_words` different ones of these in the address drop the page."""
    soft_word_files: tuple[Path, ...] = ()
    max_soft_words: NonNegativeInt = 1
    max_chars: PositiveInt | None = None
    block_ip_hosts: bool = False

    def files(self) -> tuple[Path, ...]:
        return (*self.domain_files, *self.hard_word_files, *self.soft_word_files)


MEASURES = ("chars", "ip_address", "blocked_domains", "hard_words", "soft_words")
RULES = (
    Rule("url_too_long", "chars", "above", "max_chars"),
    Rule("ip_address_host", "ip_address", "above", 0),
    Rule("blocked_domain", "blocked_domains", "above", 0),
    Rule("hard_word", "hard_words", "above", 0),
    Rule("soft_words", "soft_words", "above", "max_soft_words"),
)

# RFC 3986, without a claim to validity: a crawl's addresses are what they are.
_HOST = re.compile(r"(?:[a-z][a-z0-9+.\-]*:)?//(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
# A host whose last label is a number is an IPv4 address in some notation (WHATWG URL, 4.3 "ends in a number checker").
_IP_HOST = re.compile(r"\[.*\]|(?:.*\.)?(?:\d+|0x[0-9a-f]*)\.?", re.IGNORECASE)


def host_of(url: str) -> str:
    """The host, in lower case and punycode, without a final full stop; "" where there is none."""
    match = _HOST.match(url)
    return domain_name(match[1]) if match else ""


def domain_name(name: str) -> str:
    """A domain in the form in which names are compared; also of list entries such as "*.Example.com"."""
    name = name.lower().removeprefix("*").strip(".")
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode()
    except UnicodeError:  # no valid domain; compared as it is written
        return name


def _apply_url(batch: pa.RecordBatch, params: UrlParams) -> FilterResult:
    domains = _domain_hashes(params.domains, params.domain_files)
    hard = _words(params.hard_words, params.hard_word_files)
    soft = _words(params.soft_words, params.soft_word_files)
    measures = np.zeros((batch.num_rows, len(MEASURES)))
    for row, url in enumerate(batch.column("url").to_pylist()):
        if url is None:
            continue
        host = host_of(url)
        words = set(_WORD.findall(url.lower())) if hard or soft else frozenset()
        measures[row] = (
            len(url),
            params.block_ip_hosts and _IP_HOST.fullmatch(host) is not None,
            _count_listed(host, domains),
            len(words & hard),
            len(words & soft),
        )
    return judge(measures, MEASURES, RULES, params)


def _count_listed(host: str, domains: npt.NDArray[np.uint64]) -> int:
    """How many of the host and the domains above it are listed."""
    if not len(domains):
        return 0
    labels = host.split(".")
    names = [_hash(".".join(labels[i:])) for i in range(len(labels))]
    at = np.searchsorted(domains, np.array(names, np.uint64))
    return int(np.count_nonzero(domains[np.minimum(at, len(domains) - 1)] == names))


def _hash(name: str) -> int:
    return xxhash.xxh3_64_intdigest(name.encode())


@lru_cache(maxsize=8)
def _domain_hashes(domains: tuple[str, ...], files: tuple[Path, ...]) -> npt.NDArray[np.uint64]:
    """Sorted 64-bit hashes: published lists hold millions of domains, a set of strings takes ten times more."""
    names = (domain_name(entry) for entries in (domains, *map(read_list, files)) for entry in entries)
    return np.unique(np.fromiter((_hash(name) for name in names), np.uint64))


@lru_cache(maxsize=16)
def _words(words: tuple[str, ...], files: tuple[Path, ...]) -> frozenset[str]:
    return frozenset(word.lower() for entries in (words, *map(read_list, files)) for word in entries)


URL = Filter(
    name="url",
    summary="Drops pages by their address; a row without an address passes.",
    source="RefinedWeb (arXiv:2306.01116), appendix on URL filtering, without its lists",
    params=UrlParams,
    reasons=tuple(rule.reason for rule in RULES),
    column="url",
    apply=_apply_url,
    trips=(
        ("url_too_long", "https://www.example.org/" + "mill/" * 20),
        ("ip_address_host", "http://192.0.2.7:8080/index.html"),
        ("blocked_domain", "https://shop.example.net/mill"),
        ("hard_word", "https://www.example.org/Casino-night/"),
        ("soft_words", "https://win.example.org/free/tickets"),
    ),
    passes="https://www.example.org/free/mill?page=2",
    example_params=UrlParams(
        domains=("example.net",), hard_words=("casino",), soft_words=("free", "win"), max_chars=100, block_ip_hosts=True
    ),
)
