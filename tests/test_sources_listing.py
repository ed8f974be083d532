"""Listing the files of a source: patterns, folders, path lists over http, samples, and messages for what is missing."""

import gzip
import os
import re
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fsspec
import pytest
from sources_samples import documents, members, page_record, read_all, read_splits, tally

from pipeline.sources import InputFile
from pipeline.sources.listing import SAMPLED_FILES, InputError, count_inputs, list_inputs


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """a/one.gz a/two.gz b/one.gz b/deep/three.gz and files that are hidden."""
    for name in ("a/one.gz", "a/two.gz", "b/one.gz", "b/deep/three.gz", "b/.hidden", ".cache/four.gz"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path


def relpaths(files: list[InputFile]) -> list[str]:
    return [file.relpath for file in files]


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["a/one.gz"], ["one.gz"]),
        (["a/*.gz"], ["one.gz", "two.gz"]),
        (["a"], ["one.gz", "two.gz"]),
        (["b"], ["deep/three.gz", "one.gz"]),
        (["**/*.gz"], ["a/one.gz", "a/two.gz", "b/deep/three.gz", "b/one.gz"]),
        (["*/one.gz"], ["a/one.gz", "b/one.gz"]),
        (["[ab]/on?.gz"], ["a/one.gz", "b/one.gz"]),
        (["b/one.gz", "a/one.gz"], ["a/one.gz", "b/one.gz"]),
        (["b/*.gz", "b/deep/*.gz"], ["deep/three.gz", "one.gz"]),
        (["a/one.gz", "a/*.gz", "a/../a/one.gz"], ["one.gz", "two.gz"]),
    ],
)
def test_patterns_and_relpaths(crawl: Path, patterns: list[str], expected: list[str]) -> None:
    files = list_inputs("web", patterns, crawl)
    assert relpaths(files) == expected
    assert count_inputs("web", patterns, crawl) == len(expected)
    for file in files:
        status = os.stat(file.path)
        assert (file.source, file.size, file.etag) == ("web", status.st_size, str(status.st_mtime_ns))
    assert relpaths(list_inputs("web", [str(crawl / pattern) for pattern in reversed(patterns)], None)) == expected


def test_relpaths_depend_on_the_patterns_and_not_on_which_files_there_are(crawl: Path) -> None:
    before = {file.path: file.relpath for file in list_inputs("web", ["*/*.gz"], crawl)}
    for path in (crawl / "a").iterdir():
        path.unlink()
    assert relpaths(list_inputs("web", ["*/*.gz"], crawl)) == [before[str(crawl / "b" / "one.gz")]] == ["b/one.gz"]


def test_names_with_wildcard_characters(tmp_path: Path) -> None:
    folder = tmp_path / "set [1]"
    folder.mkdir()
    (folder / "what?.txt").write_text("x")
    (folder / "b.txt").write_text("x")
    assert relpaths(list_inputs("s", ["set [1]/what?.txt"], tmp_path)) == ["what?.txt"]
    assert relpaths(list_inputs("s", ["set [1]/*.txt"], tmp_path)) == ["b.txt", "what?.txt"]
    assert relpaths(list_inputs("s", [f"file://{folder}/b.txt"], None)) == ["b.txt"]


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("a/*.warc", r"no file matches a/\*\.warc; the folder .*/a exists; the nearest name in it is (one|two)\.gz"),
        ("a/on.gz", r"no file matches a/on\.gz; the folder .*/a exists; the nearest name in it is one\.gz"),
        ("b/dep/three.gz", r"the folder .*/b exists; the nearest name in it is deep"),
        ("empty", r"the folder .*/empty holds no files"),
        ("empty/x.gz", r"the folder .*/empty is empty"),
    ],
)
def test_what_is_missing_is_named_with_what_is_there(crawl: Path, pattern: str, message: str) -> None:
    (crawl / "empty").mkdir()
    with pytest.raises(InputError, match=message) as error:
        list_inputs("web", [pattern], crawl)
    assert str(error.value).startswith("source web: ")
    assert error.value.exit_code == 1


def test_samples_take_whole_files_of_many(tmp_path: Path) -> None:
    for number in range(SAMPLED_FILES * 2):
        (tmp_path / f"{number:02d}.gz").write_bytes(b"x")
    everything = relpaths(list_inputs("web", ["*.gz"], tmp_path))
    quarter = relpaths(list_inputs("web", ["*.gz"], tmp_path, sample=0.25, seed=7))
    assert len(quarter) == SAMPLED_FILES // 2
    assert quarter == sorted(quarter) != everything[: len(quarter)]
    assert relpaths(list_inputs("web", ["*.gz"], tmp_path, sample=0.25, seed=7)) == quarter
    assert relpaths(list_inputs("web", ["*.gz"], tmp_path, sample=0.25, seed=8)) != quarter
    assert set(quarter) < set(relpaths(list_inputs("web", ["*.gz"], tmp_path, sample=0.5, seed=7)))
    assert len(list_inputs("web", ["*.gz"], tmp_path, sample=1e-9)) == 1
    assert len(list_inputs("web", ["0*.gz"], tmp_path, sample=0.25)) == 10  # few files: all of them


def test_a_local_path_list(crawl: Path) -> None:
    (crawl / "some.paths").write_text("b/one.gz\n\na/one.gz\n")
    files = list_inputs("web", ["some.paths"], crawl)
    assert relpaths(files) == ["a/one.gz", "b/one.gz"]
    elsewhere = crawl / "lists"
    elsewhere.mkdir()
    (elsewhere / "some.paths.gz").write_bytes(gzip.compress(b"a/one.gz\n"))
    assert list_inputs("web", ["lists/some.paths.gz"], crawl, path_list_prefix=str(crawl))[0].path == files[0].path
    with pytest.raises(InputError, match=r"names .*lists/a/one.gz, which is not there; give the list by its URL"):
        list_inputs("web", ["lists/some.paths.gz"], crawl)


@pytest.mark.parametrize(
    ("data", "message"), [(b"", "is empty"), (gzip.compress(b"x/y\n", mtime=0)[:-5], "cannot be read")]
)
def test_path_lists_that_cannot_be_used(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "some.paths.gz").write_bytes(data)
    with pytest.raises(InputError, match=message):
        list_inputs("web", ["some.paths.gz"], tmp_path)


class Store:
    """What the server holds, how often each path was asked for, and how often it has yet to fail."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: Counter[str] = Counter()
        self.failures: dict[str, int] = {}
        self.url = ""


@pytest.fixture
def store() -> Iterator[Store]:
    """An http server on this machine with ranges, etags, and failures to order."""
    held = Store()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, body: bool) -> None:
            held.asked[f"{self.command} {self.path}"] += 1
            data = held.files.get(self.path)
            status, headers = (404, {}) if data is None else (200, {"ETag": f'"{len(data)}-v1"'})
            if held.failures.get(self.path, 0) > 0:
                held.failures[self.path] -= 1
                status, data, headers = 503, b"busy", {}
            data = data or b""
            wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range") or "")
            if status == 200 and wanted:
                status, total = 206, len(data)
                first, last = int(wanted[1]), min(int(wanted[2]), total - 1)
                data = data[first : last + 1]
                headers["Content-Range"] = f"bytes {first}-{last}/{total}"
            self.send_response(status)
            for name, value in {"Accept-Ranges": "bytes", "Content-Length": str(len(data)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if body:
                self.wfile.write(data)

        def do_HEAD(self) -> None:
            self.answer(body=False)

        def do_GET(self) -> None:
            self.answer(body=True)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    held.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield held
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


def test_a_path_list_over_http(store: Store) -> None:
    warc = members([page_record(number) for number in range(30)])
    names = [f"crawl-data/CC-TEST/segments/{number}/warc/{number:05d}.warc.gz" for number in range(25)]
    store.files = {f"/{name}": warc[: len(warc) - number] for number, name in enumerate(names)}
    store.files["/crawl-data/CC-TEST/warc.paths.gz"] = gzip.compress("\n".join(names).encode() + b"\n")
    pattern = f"{store.url}/crawl-data/CC-TEST/warc.paths.gz"

    files = list_inputs("web", [pattern], None)
    assert relpaths(files) == sorted(names)
    assert files[0].path == f"{store.url}/{sorted(names)[0]}"
    sizes = {file.relpath: (file.size, file.etag) for file in files}
    assert sizes == {name: (len(warc) - n, f"{len(warc) - n}-v1") for n, name in enumerate(names)}
    assert tally(read_all("warc", files[0])) == {"document": 30}

    store.asked.clear()
    sampled = list_inputs("web", [pattern], None, sample=0.08)
    assert len(sampled) == 2
    assert sum(count for ask, count in store.asked.items() if ask.startswith("HEAD") and ".warc.gz" in ask) == 2
    assert count_inputs("web", [pattern], None) == 25


def test_splits_are_read_over_http(store: Store, tmp_path: Path) -> None:
    store.files["/a.warc.gz"] = members([page_record(number) for number in range(50)])
    (file,) = list_inputs("web", [f"{store.url}/a.warc.gz"], None)
    outcomes = read_all("warc", file)
    assert len(documents(outcomes)) == 50
    assert read_splits("warc", file, 4000) == outcomes


def test_a_server_that_is_busy_is_asked_again(store: Store) -> None:
    store.files["/a.warc.gz"] = members([page_record()])
    store.failures["/a.warc.gz"] = 2
    (file,) = list_inputs("web", [f"{store.url}/a.warc.gz"], None)
    store.failures["/a.warc.gz"] = 2
    assert tally(read_all("warc", file)) == {"document": 1}


def test_a_file_that_is_not_on_the_server(store: Store) -> None:
    with pytest.raises(InputError, match=r"source web: http://127\.0\.0\.1:\d+/a\.warc\.gz cannot be found"):
        list_inputs("web", [f"{store.url}/a.warc.gz"], None)
    assert sum(store.asked.values()) <= 2  # 404 is an answer, not a reason to ask again
    gone = InputFile("web", f"{store.url}/b.warc.gz", "b.warc.gz", 10, "1")
    assert tally(read_all("warc", gone)) == {"unreadable_file": 1}
    with pytest.raises(InputError, match=r"path list .* cannot be read"):
        list_inputs("web", [f"{store.url}/warc.paths.gz"], None)


def test_patterns_in_a_store_of_objects() -> None:
    store = fsspec.filesystem("memory")
    for name in ("a/one.warc.gz", "a/two.warc.gz", "b/one.warc.gz", "b/notes.txt"):
        store.pipe(f"/winnow-listing/{name}", members([page_record()]))
    try:
        files = list_inputs("web", ["memory://winnow-listing/*/*.warc.gz"], None)
        assert relpaths(files) == ["a/one.warc.gz", "a/two.warc.gz", "b/one.warc.gz"]
        assert {file.size for file in files} == {len(members([page_record()]))}
        assert tally(read_all("warc", files[0])) == {"document": 1}
        assert relpaths(list_inputs("web", ["memory://winnow-listing/b/"], None)) == ["notes.txt", "one.warc.gz"]
        with pytest.raises(InputError, match=r"no file matches memory://winnow-listing/c/\*"):
            list_inputs("web", ["memory://winnow-listing/c/*"], None)
    finally:
        store.rm("/winnow-listing", recursive=True)
