"""Rules on a page's address: blocked domains, words, length, and hosts that are bare IP addresses.

The shape is RefinedWeb's (Penedo et al. 2023, arXiv:2306.01116, appendix G.1): a domain block list and words in the
address, some of which drop a page alone (hard) and some only together (soft). No list is shipped; a recipe names its own.
"""

from pathlib import Path

import pyarrow as pa
from pydantic import PositiveInt

from pipeline.filters.base import Filter, FilterParams, FilterResult


class UrlParams(FilterParams):
    """Without lists and limits everything passes. Lists in files hold one entry a line; lines starting with # are ignored."""

    domains: tuple[str, ...] = ()
    """Blocks the domain and everything below it: "example.com" blocks "a.example.com", not "badexample.com"."""
    domain_files: tuple[Path, ...] = ()
    hard_words: tuple[str, ...] = ()
    """One of these words in the address drops the page; words are runs of letters and digits, case ignored."""
    hard_word_files: tuple[Path, ...] = ()
    soft_words: tuple[str, ...] = ()
    soft_word_files: tuple[Path, ...] = ()
    soft_word_threshold: PositiveInt = 2
    """This many distinct soft words drop the page."""
    max_chars: PositiveInt | None = None
    block_ip_hosts: bool = False

    def files(self) -> tuple[Path, ...]:
        return (*self.domain_files, *self.hard_word_files, *self.soft_word_files)


def _apply_url(batch: pa.RecordBatch, params: UrlParams) -> FilterResult:
    raise NotImplementedError


URL = Filter(
    name="url",
    summary="Drops pages by their address; a row without an address passes.",
    source="RefinedWeb (arXiv:2306.01116), appendix G.1, without its lists",
    params=UrlParams,
    reasons=("url_too_long", "ip_address_host", "blocked_domain", "hard_word", "soft_words"),
    column="url",
    apply=_apply_url,
    trips=(),
    passes="",
    example_params=UrlParams(),
)
