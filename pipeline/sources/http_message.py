"""HTTP responses as archives hold them: status, type and the body behind transfer- and content-encoding.

Archives lie: crawlers store decoded bodies under the headers of encoded ones, cut bodies short and write status lines
twice. Each decoder therefore returns what it is given when that is not what the header says, and what it could decode
when the rest is damaged.
"""

import io
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import zstandard
from fastwarc.stream_io import BrotliReader

# "HTTP/1.1 HTTP/1.1 200 OK" is how one archive's writer repeated the protocol; "HTTP/2 200" has no minor version.
_STATUS_LINE = re.compile(rb"(?:HTTP/\d(?:\.\d+)?[ \t]+)+(\d{3})[^\n]*(?:\n|$)", re.IGNORECASE)
_BLANK_LINE = re.compile(rb"\n\r?\n")
_HEADER_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*:[^\n]*(?:\n|$)|[ \t][^\n]*(?:\n|$)")
_FIELD = re.compile(
    rb"\n(content-type|content-encoding|transfer-encoding)[ \t]*:[ \t]*([^\r\n]*?)[ \t]*(?=\r?\n|$)", re.IGNORECASE
)
_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([^\s"';,]+)""", re.IGNORECASE)
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_FEED_BYTES = 4096
_READ_BYTES = 64 << 10

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml"})
# Types that say nothing; "no-type" is what ARC writers put where the server sent none.
_UNKNOWN_TYPES = frozenset({"application/octet-stream", "unknown/unknown", "application/unknown", "*/*", "no-type"})
_SNIFF_BYTES = 1024
# MIME Sniffing Standard, section 7.1 (rules for text/html), and XHTML behind an XML declaration.
_HTML_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:!--|!doctype html"
    rb"|(?:html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p)[\s>])",
    re.IGNORECASE,
)
_XHTML_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|!doctype)[^\x00]*<html[\s>]", re.IGNORECASE | re.DOTALL)


class BodyTooLargeError(ValueError):
    """The decoded body exceeds the limit."""


@dataclass(frozen=True, slots=True)
class HttpMessage:
    """`status` is None where the message has no status line (HTTP/0.9, other protocols): then all of it is body."""

    status: int | None
    content_type: str
    """As sent, "" where it is missing."""
    transfer_encoding: str
    content_encoding: str
    body: memoryview
    """As stored, still encoded."""


def parse_response(message: memoryview) -> HttpMessage:
    """Split a stored response. Never raises."""
    status_line = _STATUS_LINE.match(message)
    if status_line is None:
        return HttpMessage(None, "", "", "", message)
    start = status_line.end() - 1
    blank = _BLANK_LINE.search(message, start)
    if blank is None:  # some writers forget the blank line: the header ends where lines stop looking like fields
        end = status_line.end()
        while line := _HEADER_LINE.match(message, end):
            end = line.end()
    else:
        end = blank.end()
    values = {b"content-type": b"", b"content-encoding": b"", b"transfer-encoding": b""}
    for name, value in _FIELD.findall(message[start:end]):
        key = name.lower()
        if key == b"content-type":
            values[key] = value or values[key]  # the last one that says something: Fetch Standard, 3.4
        else:
            values[key] += b"," + value
    content_type, content, transfer = (value.decode("latin-1") for value in values.values())
    return HttpMessage(int(status_line[1]), content_type, transfer.lower(), content.lower(), message[end:])


def decode_body(message: HttpMessage, max_bytes: int) -> bytes:
    """The body without its encodings. Raises BodyTooLargeError beyond `max_bytes`."""
    body = bytes(message.body)
    if "chunked" in message.transfer_encoding:
        body = dechunk(body)
    if message.content_encoding or message.transfer_encoding:
        codings = f"{message.content_encoding},{message.transfer_encoding}".split(",")
        for coding in reversed([coding.strip() for coding in codings]):
            decoder = _DECODERS.get(coding)
            if decoder is not None:
                body = decoder(body, max_bytes)
    if len(body) > max_bytes:
        raise BodyTooLargeError(f"the decoded body exceeds max_record_bytes: {max_bytes}")
    return body


def dechunk(body: bytes) -> bytes:
    """RFC 9112, section 7.1. Returns `body` itself where it is not chunked, whatever was said.

    Where it stops being chunked half-way the rest is kept as it is; a body that ends early is what came so far.
    """
    parts: list[bytes] = []
    at = 0
    while at < len(body):
        size_line = _CHUNK_SIZE.match(body, at)
        if size_line is None:
            if not parts:
                return body
            parts.append(body[at:])
            break
        size, start = int(size_line[1], 16), size_line.end()
        if size == 0:
            break
        end = start + size
        line_end = body[end : end + 2]
        if not parts and line_end and line_end[:1] not in (b"\r", b"\n"):
            return body
        parts.append(body[start:end])
        at = end + (2 if line_end == b"\r\n" else 1 if line_end[:1] == b"\n" else 0)
    return b"".join(parts)


def _inflate(body: bytes, wbits: int, max_bytes: int) -> bytes | None:
    """Everything up to damage or the end; None where not one byte comes out."""
    stream = zlib.decompressobj(wbits)
    parts: list[bytes] = []
    size = 0
    for at in range(0, len(body), _FEED_BYTES):
        try:
            part = stream.decompress(body[at : at + _FEED_BYTES])
        except zlib.error:
            break
        parts.append(part)
        size += len(part)
        if size > max_bytes:
            raise BodyTooLargeError(f"the decoded body exceeds max_record_bytes: {max_bytes}")
        if stream.eof:
            break
    return b"".join(parts) if size or stream.eof else None


def _gunzip(body: bytes, max_bytes: int) -> bytes:
    if body[:2] != b"\x1f\x8b":
        return body
    inflated = _inflate(body, 31, max_bytes)
    return body if inflated is None else inflated


def _undeflate(body: bytes, max_bytes: int) -> bytes:
    """RFC 9110, section 8.4.1.2 says zlib format; many servers send the bare deflate stream."""
    if body[:1].isspace() or body[:1] == b"<":
        return body
    inflated = _inflate(body, 15, max_bytes)
    if inflated is None:
        inflated = _inflate(body, -15, max_bytes)
    return body if inflated is None else inflated


def _unbrotli(body: bytes, max_bytes: int) -> bytes:
    return _drain(BrotliReader(io.BytesIO(body)).read, body, max_bytes)


def _unzstd(body: bytes, max_bytes: int) -> bytes:
    return _drain(zstandard.ZstdDecompressor().stream_reader(body).read, body, max_bytes)


def _drain(read: Callable[[int], bytes], body: bytes, max_bytes: int) -> bytes:
    """Everything up to damage or the end; `body` where not one byte comes out."""
    parts: list[bytes] = []
    size = 0
    while size <= max_bytes:
        try:
            part = read(_READ_BYTES)
        except (OSError, zstandard.ZstdError):
            break
        if not part:
            break
        parts.append(part)
        size += len(part)
    else:
        raise BodyTooLargeError(f"the decoded body exceeds max_record_bytes: {max_bytes}")
    return b"".join(parts) if parts else body


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _undeflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}


def mime_type(content_type: str) -> str:
    """ "Text/HTML; charset=x" -> "text/html"; "" for what names no type."""
    mime = content_type.replace(";", " ").replace(",", " ").split(maxsplit=1)
    return mime[0].lower() if mime and ("/" in mime[0] or mime[0].lower() == "no-type") else ""


def charset(content_type: str) -> str | None:
    """The charset parameter as declared."""
    match = _CHARSET.search(content_type)
    return None if match is None else match[1]


def mime_kind(content_type: str) -> Literal["html", "other", "unknown"]:
    """What a declared type says; "unknown" where it is missing or meaningless: then the body has to be looked at."""
    mime = mime_type(content_type)
    if not mime or mime in _UNKNOWN_TYPES:
        return "unknown"
    return "html" if mime in HTML_TYPES else "other"


def looks_like_html(body: bytes) -> bool:
    """By the first bytes, as browsers decide."""
    head = body[:_SNIFF_BYTES]
    return _HTML_START.match(head) is not None or _XHTML_START.match(head) is not None
