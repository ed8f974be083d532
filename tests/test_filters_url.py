from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from pipeline.errors import WinnowError
from pipeline.filters.url import URL, UrlParams, domain_name, host_of


def reasons(urls: list[str | None], **params) -> list[str | None]:
    result = URL.apply(pa.RecordBatch.from_pydict({"url": pa.array(urls, pa.string())}), UrlParams(**params))
    assert result.text is None
    return [URL.reasons[code - 1] if code else None for code in result.code]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://user:pw@WWW.Example.org:8080/a?b=//c", "www.example.org"),
        ("http://example.org.", "example.org"),
        ("//example.org/a", "example.org"),
        ("http://[2001:db8::1]:80/", "[2001:db8::1]"),
        ("http://[broken", "[broken"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("http://" + "ü" * 80 + ".example/", "ü" * 80 + ".example"),
        ("urn:isbn:123", ""),
        ("no address", ""),
        ("", ""),
    ],
)
def test_the_host_of_an_address(url: str, host: str) -> None:
    assert host_of(url) == host


def test_a_domain_blocks_what_is_below_it_and_nothing_else() -> None:
    blocked = {"domains": ("example.com", "*.Bad.example", "bücher.example")}
    hit = ["http://example.com", "https://a.b.EXAMPLE.com/x", "http://bad.example/", "http://xn--bcher-kva.example"]
    missed = ["http://badexample.com", "http://example.com.org", "http://com/", "http://x.org/?u=http://example.com"]
    assert reasons(hit, **blocked) == ["blocked_domain"] * len(hit)
    assert reasons(missed, **blocked) == [None] * len(missed)
    assert domain_name(".Example.com.") == "example.com"


def test_domains_and_words_come_from_files_too(tmp_path: Path) -> None:
    domains, words = tmp_path / "domains.txt", tmp_path / "words.txt"
    domains.write_text("# ours\nexample.com\n\nexample.net\n", encoding="utf-8")
    words.write_text("Casino\n", encoding="utf-8")
    params = {"domain_files": (domains,), "hard_word_files": (words,)}
    urls = ["http://a.example.net", "http://x.org/casino", "http://x.org/casinos"]
    assert reasons(urls, **params) == ["blocked_domain", "hard_word", None]
    assert UrlParams(**params).files() == (domains, words)
    with pytest.raises(WinnowError, match="cannot be read"):
        reasons(["http://a.b"], domain_files=(tmp_path / "none.txt",))


def test_words_are_whole_and_soft_ones_need_company() -> None:
    params = {"hard_words": ("xxx",), "soft_words": ("free", "win", "bonus"), "max_soft_words": 1}
    urls = [
        "http://a.org/XXX-1",
        "http://a.org/xxxl",
        "http://free.org/a",
        "http://free.org/win",
        "http://free.org/free",
    ]
    assert reasons(urls, **params) == ["hard_word", None, None, "soft_words", None]
    result = URL.apply(pa.RecordBatch.from_pydict({"url": pa.array(urls)}), UrlParams(**params))
    np.testing.assert_equal(result.score, [1, np.nan, np.nan, 2, np.nan])
    np.testing.assert_equal(result.threshold, [0, np.nan, np.nan, 1, np.nan])


def test_hosts_that_are_addresses_of_machines() -> None:
    hosts = [
        "192.0.2.1",
        "192.0.2.1:80",
        "[2001:db8::1]",
        "3221225985",
        "0xc0.0.2.1",
        "a.b.1.",
        "1.example.org",
        "v4.org",
    ]
    urls = [f"http://{host}/" for host in hosts]
    assert reasons(urls, block_ip_hosts=True) == ["ip_address_host"] * 6 + [None] * 2
    assert reasons(urls) == [None] * 8


def test_a_null_address_passes_every_rule() -> None:
    strict = {"domains": ("org",), "max_chars": 1, "block_ip_hosts": True, "hard_words": ("a",)}
    assert reasons([None, "http://a.org", None, ""], **strict) == [None, "url_too_long", None, None]


def test_without_lists_and_limits_everything_passes() -> None:
    assert reasons(["http://a.org/" + "x" * 10_000, "", None, "\x00", "http://1.2.3.4"]) == [None] * 5
