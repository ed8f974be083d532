"""Web archive files, byte by byte: WARC 1.0 as Common Crawl writes it, ARC 1, WET.

Own writers, because everything has to be a function of the arguments: record ids are hashes, dates are given, each
record is a gzip member without a time stamp. (Equal bytes need an equal zlib, too.)
"""

import base64
import hashlib
import uuid
import zlib
from dataclasses import dataclass

import xxhash

SOFTWARE = "winnow quickstart"
_CRLF = b"\r\n"


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response as a crawler met it."""

    url: str
    date: str
    """ISO 8601 with Z."""
    body: bytes
    """Before transfer- and content-encoding."""
    content_type: str = "text/html; charset=UTF-8"
    """An empty one is not sent."""
    status: str = "200 OK"
    server: str = "nginx"
    encoding: str = ""
    """"gzip" compresses the body, "chunked" sends it in chunks, "gzip, chunked" does both."""
    extra: tuple[tuple[str, str], ...] = ()


def gzip_member(data: bytes) -> bytes:
    """A gzip member: no name, no time."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def http_message(response: Response) -> bytes:
    """Status line, header and encoded body."""
    fields = [("Date", response.date), ("Server", response.server)]
    if response.content_type:
        fields.append(("Content-Type", response.content_type))
    body = response.body
    if "gzip" in response.encoding:
        body = gzip_member(body)
        fields.append(("Content-Encoding", "gzip"))
    if "chunked" in response.encoding:
        body = chunked(body)
        fields.append(("Transfer-Encoding", "chunked"))
    else:
        fields.append(("Content-Length", str(len(body))))
    fields += [*response.extra, ("Connection", "close")]
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return f"HTTP/1.1 {response.status}\r\n{head}\r\n".encode() + body


def chunked(body: bytes, size: int = 4096) -> bytes:
    """The body in chunks (RFC 9112, section 7.1)."""
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


class WarcFile:
    """A WARC file in memory. `triples` adds the request and the metadata record that Common Crawl stores."""

    def __init__(self, name: str, date: str, compress: bool = True, triples: bool = False) -> None:
        self.name = name
        self.records = 0
        self._date = date
        self._compress = compress
        self._triples = triples
        self._parts: list[bytes] = []
        self._info_id = self._record_id()
        fields = f"software: {SOFTWARE}\r\nformat: WARC File Format 1.0\r\nisPartOf: QUICKSTART-2026-11\r\n"
        block = fields.encode()
        self._write("warcinfo", self._info_id, date, block, ("Content-Type", "application/warc-fields"),
                    ("WARC-Filename", name))  # fmt: skip

    def add(self, response: Response) -> int:
        """Write a response (and its companions); the ordinal of the response record."""
        info = ("WARC-Warcinfo-ID", self._info_id)
        address = ("WARC-IP-Address", _ip_of(response.url))
        target = ("WARC-Target-URI", response.url)
        response_id = self._record_id(1 if self._triples else 0)
        if self._triples:
            host, _, path = response.url.split("://", 1)[1].partition("/")
            block = (
                f"GET /{path} HTTP/1.1\r\nUser-Agent: {SOFTWARE}\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
            )
            self._write("request", self._record_id(), response.date, block, info, target, address,
                        ("Content-Type", "application/http; msgtype=request"),
                        ("WARC-Concurrent-To", response_id))  # fmt: skip
        block = http_message(response)
        payload = block.split(b"\r\n\r\n", 1)[1]
        ordinal = self.records
        self._write("response", response_id, response.date, block, info, target, address,
                    ("Content-Type", "application/http; msgtype=response"),
                    ("WARC-Payload-Digest", _digest(payload)), ("WARC-Block-Digest", _digest(block)))  # fmt: skip
        if self._triples:
            self._write("metadata", self._record_id(), response.date, b"fetchTimeMs: 137\r\n", info, target,
                        ("Content-Type", "application/warc-fields"),
                        ("WARC-Concurrent-To", response_id))  # fmt: skip
        return ordinal

    def add_text(self, url: str, date: str, text: str, language: str) -> int:
        """Write a conversion record, as WET files hold them."""
        block = text.encode()
        ordinal = self.records
        self._write("conversion", self._record_id(), date, block, ("WARC-Target-URI", url),
                    ("Content-Type", "text/plain"), ("WARC-Identified-Content-Language", language),
                    ("WARC-Block-Digest", _digest(block)))  # fmt: skip
        return ordinal

    def add_raw(self, data: bytes) -> int:
        """Bytes as they are, of a damaged record or of none. Returns an ordinal: readers give them one outcome."""
        self._parts.append(data)
        self.records += 1
        return self.records - 1

    def content(self) -> bytes:
        return b"".join(self._parts)

    def _write(self, kind: str, record_id: str, date: str, block: bytes, *fields: tuple[str, str]) -> None:
        record = warc_record(kind, record_id, date, block, fields)
        self._parts.append(gzip_member(record) if self._compress else record)
        self.records += 1

    def _record_id(self, ahead: int = 0) -> str:
        digest = xxhash.xxh3_128_digest(f"{self.name}\x00{self._date}\x00{self.records + ahead}".encode())
        return f"<urn:uuid:{uuid.UUID(bytes=digest, version=4)}>"


def warc_record(
    kind: str,
    record_id: str,
    date: str,
    block: bytes,
    fields: tuple[tuple[str, str], ...],
    content_length: int | None = None,
) -> bytes:
    """One record with its two closing line ends; `content_length` may lie."""
    length = len(block) if content_length is None else content_length
    named = (
        ("WARC-Type", kind),
        ("WARC-Date", date),
        ("WARC-Record-ID", record_id),
        *fields,
        ("Content-Length", str(length)),
    )
    head = "".join(f"{name}: {value}\r\n" for name, value in named)
    return b"WARC/1.0\r\n" + head.encode() + _CRLF + block + _CRLF + _CRLF


class ArcFile:
    """An ARC version 1 file in memory, each record its own gzip member. The version block is record 0."""

    def __init__(self, name: str, date: str) -> None:
        self.name = name
        stamp = arc_date(date)
        version = b"1 0 Winnow\nURL IP-address Archive-date Content-type Archive-length\n\n"
        head = f"filedesc://{name} 0.0.0.0 {stamp} text/plain {len(version)}\n".encode()
        self._parts = [gzip_member(head + version)]
        self.records = 1

    def add(self, response: Response) -> int:
        """Write a response; its ordinal."""
        block = http_message(response)
        mime = response.content_type.partition(";")[0] or "no-type"
        line = f"{response.url} {_ip_of(response.url)} {arc_date(response.date)} {mime} {len(block)}\n"
        self._parts.append(gzip_member(line.encode() + block + b"\n"))
        self.records += 1
        return self.records - 1

    def content(self) -> bytes:
        return b"".join(self._parts)


def arc_date(date: str) -> str:
    """2026-11-02T10:00:00Z -> 20261102100000."""
    return "".join(character for character in date if character.isdigit())


def _digest(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


def _ip_of(url: str) -> str:
    # 198.51.100.0/24 and 203.0.113.0/24 are kept for documentation (RFC 5737).
    host = url.split("://", 1)[1].partition("/")[0]
    number = xxhash.xxh3_64_intdigest(host.encode())
    return f"{('198.51.100', '203.0.113')[number & 1]}.{number // 2 % 254 + 1}"
