"""Lists that recipes bring along: one entry a line, UTF-8; blank lines and lines that start with # are ignored."""

from pathlib import Path

from pipeline.errors import WinnowError


def read_list(path: Path) -> list[str]:
    """The entries of a list file, without surrounding white space. WinnowError where it cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WinnowError(f"the list {path} cannot be read ({error}); correct the path or save it as UTF-8") from error
    return [entry for line in lines if (entry := line.strip()) and not entry.startswith("#")]
