"""The files of a source: paths, patterns, folders, URLs and path lists -> `InputFile`s with sizes and etags."""

import difflib
import glob
import gzip
import os
import posixpath
import zlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipeline.errors import WinnowError
from pipeline.ids import hash01
from pipeline.sources.base import InputFile
from pipeline.sources.files import chunks, is_remote, retrying

SAMPLED_FILES = 20
"""A sample takes whole files of a source with at least this many, else all files (and then records of each)."""
PATH_LIST_SUFFIXES = (".paths.gz", ".paths")
REMOTE_INFO_THREADS = 32
_WILDCARDS = "*?["


class InputError(WinnowError):
    """Input that is not there, with what is there instead."""


@dataclass(frozen=True, slots=True)
class _Match:
    """What one pattern stands for: its fixed leading folder, and files with what is already known about them."""

    root: str
    paths: tuple[str, ...]
    infos: dict[str, dict[str, Any]]


def list_inputs(
    source: str,
    patterns: Sequence[str],
    base: Path | None,
    *,
    sample: float = 1.0,
    seed: int = 0,
    path_list_prefix: str | None = None,
) -> list[InputFile]:
    """The files that `patterns` name, each once, sorted by relpath. Raises InputError where a pattern matches nothing.

    A pattern is a path or URL, a glob (* ? [] and **), a folder (all files below it, but none whose name starts with a
    dot), or, by its suffix .paths or .paths.gz, a list of paths as Common Crawl publishes them: relative to the list's
    host or bucket, or for a local list to `path_list_prefix` (else its folder). Local patterns are relative to `base`.

    A relpath is relative to the deepest folder that the wildcard-free beginnings of all patterns share, so it does not
    depend on which files there are. `sample` < 1 keeps that share of the files, chosen by a hash of (seed, relpath),
    of a source with SAMPLED_FILES or more; sizes are asked for only of files that are kept.
    """
    files = _relative(source, patterns, base, path_list_prefix)
    if sample < 1 and len(files) >= SAMPLED_FILES:
        count = max(1, round(sample * len(files)))
        by_hash = sorted(
            files, key=lambda relpath: (hash01(seed, f"input files of {source}", relpath.encode()), relpath)
        )
        files = {relpath: files[relpath] for relpath in sorted(by_hash[:count])}
    remote = [path for path, info in files.values() if info is None and is_remote(path)]
    with ThreadPoolExecutor(min(REMOTE_INFO_THREADS, max(1, len(remote)))) as pool:
        asked = dict(zip(remote, pool.map(lambda path: _remote_info(source, path), remote), strict=True))
    inputs = []
    for relpath, (path, known) in files.items():
        if is_remote(path):
            size, etag = _size_and_etag(asked[path] if known is None else known)
        else:
            size, etag = _local_size_and_etag(source, path)
        inputs.append(InputFile(source, path, relpath, size, etag))
    return inputs


def count_inputs(
    source: str, patterns: Sequence[str], base: Path | None, *, path_list_prefix: str | None = None
) -> int:
    """How many files `list_inputs` finds without a sample; asks no server for sizes."""
    return len(_relative(source, patterns, base, path_list_prefix))


def _relative(
    source: str, patterns: Sequence[str], base: Path | None, path_list_prefix: str | None
) -> dict[str, tuple[str, dict[str, Any] | None]]:
    """relpath -> (path, what is known of it), sorted by relpath."""
    matches = [_match(source, _absolute(pattern, base), pattern, path_list_prefix) for pattern in patterns]
    root = _common_root([match.root for match in matches])
    found: dict[str, tuple[str, dict[str, Any] | None]] = {}
    for match in matches:
        for path in match.paths:
            found.setdefault(_relpath(path, root), (path, match.infos.get(path)))
    for relpath in found:
        if _not_utf8(relpath):
            raise InputError(f"source {source}: the name of the file {relpath!a} is not UTF-8; rename it")
    return dict(sorted(found.items()))


def _not_utf8(name: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in name)


def _absolute(pattern: str, base: Path | None) -> str:
    if pattern.startswith("file://"):
        pattern = pattern.removeprefix("file://")
    if is_remote(pattern):
        return pattern
    return os.path.abspath(os.path.join(base or Path.cwd(), os.path.expanduser(pattern)))


def _match(source: str, absolute: str, pattern: str, path_list_prefix: str | None) -> _Match:
    match = _match_remote(source, absolute) if is_remote(absolute) else _match_local(source, absolute, pattern)
    lists = [path for path in match.paths if path.endswith(PATH_LIST_SUFFIXES)]
    if not lists:
        return match
    if len(lists) < len(match.paths):
        raise InputError(f"source {source}: {pattern} matches path lists and other files; name them apart")
    prefixes = [_list_prefix(path, path_list_prefix) for path in lists]
    paths = [line for path, prefix in zip(lists, prefixes) for line in _listed_paths(source, path, prefix)]
    return _Match(_common_root(prefixes), tuple(paths), {})


def _match_local(source: str, path: str, pattern: str) -> _Match:
    if os.path.isdir(path):
        paths = tuple(_files_below(source, path))
        if not paths:
            raise InputError(f"source {source}: the folder {path} holds no files")
        return _Match(path, paths, {})
    if os.path.exists(path):
        return _Match(os.path.dirname(path), (path,), {})
    root = _existing_folder(path)
    hits = glob.glob(os.path.relpath(path, root), root_dir=root, recursive=True) if _has_wildcard(path) else []
    files = sorted(file for hit in hits if os.path.isfile(file := os.path.join(root, hit)))
    if not files:
        raise InputError(f"source {source}: no file matches {pattern}; {_what_is_there(root, path)}")
    return _Match(root, tuple(files), {})


def _existing_folder(path: str) -> str:
    """The deepest folder on the way to `path` that exists as it is spelt, be there brackets in its name or not."""
    folder = os.path.dirname(path)
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    return folder


def _files_below(source: str, folder: str) -> Iterable[str]:
    def unlisted(error: OSError) -> None:
        raise InputError(f"source {source}: the folder {error.filename} cannot be listed: {error.strerror}") from error

    for directory, folders, names in os.walk(folder, onerror=unlisted):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (os.path.join(directory, name) for name in sorted(names) if not name.startswith("."))


def _what_is_there(folder: str, path: str) -> str:
    """The folder, and the name in it that is most like the one that was asked for."""
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        return f"the folder {folder} cannot be listed: {error.strerror}"
    if not names:
        return f"the folder {folder} is empty"
    missing = os.path.relpath(path, folder).split(os.sep)[0]
    nearest = difflib.get_close_matches(missing, names, n=1, cutoff=0.0)
    return f"the folder {folder} exists; the nearest name in it is {nearest[0]}"


def _match_remote(source: str, url: str) -> _Match:
    if not _has_wildcard(url):
        if not url.endswith("/"):
            return _Match(url.rpartition("/")[0], (url,), {})
        url += "**"
    import fsspec

    filesystem, pattern = fsspec.core.url_to_fs(url)
    try:
        found: dict[str, dict[str, Any]] = retrying(lambda: filesystem.glob(pattern, detail=True))
    except OSError as error:
        raise InputError(f"source {source}: {url} cannot be listed: {error}") from error
    # Stores drop the protocol, and some the host, from the names they give; the part below the folder stays the same.
    folder = _fixed_folder(url)
    stripped = filesystem._strip_protocol(folder).rstrip("/")
    infos = {
        folder + name[len(stripped) :]: info
        for name, info in found.items()
        if info["type"] == "file" and not posixpath.basename(name).startswith(".")
    }
    if not infos:
        raise InputError(f"source {source}: no file matches {url}; list its folder with the store's own tool")
    complete = {url: info for url, info in infos.items() if info.get("size") is not None and _etag(info)}
    return _Match(folder, tuple(sorted(infos)), complete)


def _has_wildcard(path: str) -> bool:
    # A query string starts with "?", which is no wildcard in a URL of the web.
    return any(mark in path for mark in (_WILDCARDS.replace("?", "") if path.startswith("http") else _WILDCARDS))


def _fixed_folder(pattern: str) -> str:
    """The folder in front of the first wildcard."""
    at = min((pattern.find(mark) for mark in _WILDCARDS if mark in pattern), default=len(pattern))
    return pattern[:at].rpartition("/")[0] or "/"


def _list_prefix(path: str, prefix: str | None) -> str:
    if is_remote(path):
        parts = urlsplit(path)
        return f"{parts.scheme}://{parts.netloc}"
    return (prefix or os.path.dirname(path)).rstrip("/")


def _listed_paths(source: str, path: str, prefix: str) -> list[str]:
    try:
        data = b"".join(chunks(path, 0, None))
        text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise InputError(f"source {source}: the path list {path} cannot be read: {error}") from error
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise InputError(f"source {source}: the path list {path} is empty")
    paths = [line if is_remote(line) else f"{prefix}/{line.lstrip('/')}" for line in lines]
    missing = next((path for path in paths if not is_remote(path) and not os.path.isfile(path)), None)
    if missing is not None:
        advice = "give the list by its URL, so that its lines are read from the same host"
        raise InputError(f"source {source}: the path list {path} names {missing}, which is not there; {advice}")
    return paths


def _common_root(folders: Sequence[str]) -> str:
    """The deepest folder above all of them; "" where they lie on different hosts."""
    if len({_host(folder) for folder in folders}) > 1:
        return ""
    host = _host(folders[0])
    parts = [[part for part in folder[len(host) :].split("/") if part] for folder in folders]
    shared = takewhile(lambda level: len(set(level)) == 1, zip(*parts))
    return "/".join([host, *(level[0] for level in shared)])


def _host(path: str) -> str:
    """ "s3://bucket" of s3://bucket/a/b, "" of a local path."""
    parts = urlsplit(path) if is_remote(path) else None
    return "" if parts is None else f"{parts.scheme}://{parts.netloc}"


def _relpath(path: str, root: str) -> str:
    inside = f"{root}/"
    return path[len(inside) :] if path.startswith(inside) else path


def _local_size_and_etag(source: str, path: str) -> tuple[int, str]:
    try:
        status = os.stat(path)
    except OSError as error:
        raise InputError(f"source {source}: {path} cannot be read: {error.strerror}") from error
    return status.st_size, str(status.st_mtime_ns)


def _remote_info(source: str, url: str) -> dict[str, Any]:
    import fsspec

    filesystem, path = fsspec.core.url_to_fs(url)
    try:
        info: dict[str, Any] = retrying(lambda: filesystem.info(path))
    except OSError as error:
        reason = error.__cause__ or error
        raise InputError(f"source {source}: {url} cannot be found: {reason or type(reason).__name__}") from error
    return info


def _size_and_etag(info: dict[str, Any]) -> tuple[int | None, str]:
    size = info.get("size")
    return (None if size is None else int(size)), _etag(info) or f"size {size}"


def _etag(info: dict[str, Any]) -> str:
    """Whatever the store has that changes with the content, under the names that fsspec's backends give it."""
    names = ("ETag", "etag", "Content-MD5", "md5Hash", "checksum", "LastModified", "Last-Modified", "updated", "mtime")
    return next((str(info[name]).strip('"') for name in names if info.get(name)), "")
