"""HTTP messages as archives hold them, with headers that lie."""

import gzip
import tempfile
import zlib
from pathlib import Path

import pytest
import zstandard
from fastwarc.stream_io import BrotliWriter
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sources.http_message import (
    BodyTooLargeError,
    charset,
    dechunk,
    decode_body,
    looks_like_html,
    mime_kind,
    mime_type,
    parse_response,
)

BODY = b"<html><body>Salt marsh, reed bed, mud flat.</body></html>" * 20
LIMIT = 1 << 20


def decoded(headers: str, body: bytes, limit: int = LIMIT) -> bytes:
    message = f"HTTP/1.1 200 OK\r\nServer: none\r\n{headers}".rstrip().encode() + b"\r\n\r\n" + body
    return decode_body(parse_response(memoryview(message)), limit)


def chunked(body: bytes, size: int = 100, extension: bytes = b"") -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces) + b"0\r\n\r\n"


def brotli(body: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "body.br")
        writer = BrotliWriter(str(path))
        writer.write(body)
        writer.finish()
        writer.close()
        return path.read_bytes()


def bare_deflate(body: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(body) + stream.flush()


@pytest.mark.parametrize(
    ("message", "status", "content_type", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nx", 200, "text/html", b"x"),
        (b"HTTP/1.0 200 Document follows\nContent-type:text/html\n\nx", 200, "text/html", b"x"),
        (b"HTTP/1.1 HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nx", 200, "text/html", b"x"),
        (b"HTTP/2 404\r\n\r\nx", 404, "", b"x"),
        (b"HTTP/1.1 200 OK\r\n\r\n", 200, "", b""),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n<html>", 200, "text/html", b"<html>"),
        (b"HTTP/1.1 200 OK", 200, "", b""),
        (b"HTTP/1.1 200 OK\r\nX-Content-Type: a/b\r\nContent-Type: \r\n\r\nx", 200, "", b"x"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nCONTENT-TYPE: c/d\r\n\r\nx", 200, "c/d", b"x"),
        (b"<html>no header at all", None, "", b"<html>no header at all"),
        (b"20 text/gemini\r\nhello", None, "", b"20 text/gemini\r\nhello"),
        (b"", None, "", b""),
    ],
)
def test_parse_response(message: bytes, status: int | None, content_type: str, body: bytes) -> None:
    parsed = parse_response(memoryview(message))
    assert (parsed.status, parsed.content_type, bytes(parsed.body)) == (status, content_type, body)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ("", BODY),
        ("Transfer-Encoding: chunked", chunked(BODY)),
        ("transfer-encoding: Chunked", chunked(BODY, 7, b"  ; name=value")),
        ("Transfer-Encoding: chunked", chunked(BODY).replace(b"\r\n", b"\n")),
        ("Content-Encoding: gzip", gzip.compress(BODY, mtime=0)),
        ("Content-Encoding: x-gzip", gzip.compress(BODY, mtime=0)),
        ("Content-Encoding: deflate", zlib.compress(BODY)),
        ("Content-Encoding: deflate", bare_deflate(BODY)),
        ("Content-Encoding: br", brotli(BODY)),
        ("Content-Encoding: zstd", zstandard.compress(BODY)),
        ("Content-Encoding: gzip\r\nTransfer-Encoding: chunked", chunked(gzip.compress(BODY, mtime=0))),
        ("Transfer-Encoding: gzip, chunked", chunked(gzip.compress(BODY, mtime=0))),
        ("Content-Encoding: gzip, br", brotli(gzip.compress(BODY, mtime=0))),
        ("Content-Encoding: identity", BODY),
    ],
)
def test_encodings_are_undone(headers: str, body: bytes) -> None:
    assert decoded(headers, body) == BODY


@pytest.mark.parametrize(
    "headers",
    [
        "Transfer-Encoding: chunked",
        "Content-Encoding: gzip",
        "Content-Encoding: deflate",
        "Content-Encoding: br",
        "Content-Encoding: zstd",
        "Content-Encoding: gzip\r\nTransfer-Encoding: chunked",
        "Content-Encoding: utf-8",
    ],
)
@pytest.mark.parametrize("body", [BODY, b"ab\r\n" + BODY, b"fade away"])
def test_headers_that_lie_leave_the_body_as_it_is(headers: str, body: bytes) -> None:
    assert decoded(headers, body) == body


def test_what_comes_before_damage_is_kept() -> None:
    packed = gzip.compress(bytes(range(256)) * 200, 0)
    assert decoded("Content-Encoding: gzip", packed[: len(packed) // 2]).startswith(bytes(range(256)) * 90)
    assert dechunk(chunked(BODY)[:-300]) == BODY[: len(dechunk(chunked(BODY)[:-300]))]
    assert dechunk(b"3\r\nabc\r\nnot a size\r\nrest") == b"abcnot a size\r\nrest"


def test_a_body_beyond_the_limit_is_refused() -> None:
    for coding, pack in (("gzip", gzip.compress), ("br", brotli), ("zstd", zstandard.compress)):
        assert len(decoded(f"Content-Encoding: {coding}", pack(bytes(5000)), 5000)) == 5000
        with pytest.raises(BodyTooLargeError, match="max_record_bytes: 4999"):
            decoded(f"Content-Encoding: {coding}", pack(bytes(5000)), 4999)


@given(st.binary(max_size=300), st.sampled_from(["chunked", "gzip", "deflate", "br", "zstd"]))
def test_no_body_makes_a_decoder_raise(body: bytes, coding: str) -> None:
    headers = "Transfer-Encoding: chunked" if coding == "chunked" else f"Content-Encoding: {coding}"
    assert isinstance(decoded(headers, body), bytes)


@given(st.binary(max_size=200), st.integers(1, 50))
def test_chunking_is_undone_for_every_body(body: bytes, size: int) -> None:
    assert dechunk(chunked(body, size)) == body


def test_types_and_charsets() -> None:
    assert mime_type("Text/HTML; charset=x") == "text/html"
    assert mime_type("text/html Last-modified: Sat") == "text/html"
    assert mime_type("html") == ""
    assert [mime_kind(each) for each in ("text/html", "text/plain", "", "*/*")] == [
        "html",
        "other",
        "unknown",
        "unknown",
    ]
    assert charset("text/html; Charset = 'EUC-JP'") == "EUC-JP"
    assert charset('text/html; charset="utf-8"; x=y') == "utf-8"
    assert charset("text/html") is None


@pytest.mark.parametrize(
    ("body", "html"),
    [
        (b"  \r\n<!DOCTYPE HTML PUBLIC>", True),
        (b"\xef\xbb\xbf<html lang=de>", True),
        (b"<BR>", True),
        (b"<!-- saved --><p>", True),
        (b'<?xml version="1.0"?><!DOCTYPE html><html xmlns="x">', True),
        (b'<?xml version="1.0"?><rss>', False),
        (b"<broth>", False),
        (b"%PDF-1.4 <html>", False),
        (b"plain words", False),
        (b"", False),
    ],
)
def test_sniffing(body: bytes, html: bool) -> None:
    assert looks_like_html(body) is html
