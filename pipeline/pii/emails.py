"""E-mail addresses as people write them: RFC 5322's unquoted form, without its rarer characters.

Not addresses: handles (@name@host), file names (icon@2x.png), the user `git` of repositories, and what lies in domains
that RFC 2606 and RFC 6761 reserve for examples.
"""

import re

REPLACEMENT = "email@example.com"

_LOCAL = re.compile(r"[A-Za-z0-9À-ɏ._%+'&=~-]+")
_MOST_LOCAL = 64  # characters (RFC 5321, section 4.5.3.1)
_LABEL = r"[A-Za-z0-9À-ɏ](?:[A-Za-z0-9À-ɏ-]{0,61}[A-Za-z0-9À-ɏ])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.){{1,8}}(?:xn--[A-Za-z0-9-]{{2,59}}|[A-Za-z]{{2,24}})(?![A-Za-z0-9@À-ɏ])")
_MOST_DOMAIN = 255
_RESERVED = re.compile(
    r"(?:^|\.)(?:example\.(?:com|net|org|edu)|example|test|invalid|localhost)$", re.IGNORECASE
)  # fmt: skip
_FILES = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|bmp|ico|css|jsx?|html?|xml|json|txt|pdf)$", re.IGNORECASE)


def find(text: bytes, at: int) -> tuple[str, int, int] | None:
    """(rule, start, stop) in bytes of the address around the "@" at `at`; None where there is none."""
    before = text[max(0, at - 4 * _MOST_LOCAL) : at].decode("utf-8", "ignore")
    found = _LOCAL.match(before[::-1])
    if found is None:
        return None
    local = found.group()[::-1]
    if before[: len(before) - len(local)].endswith("@") or len(local) > _MOST_LOCAL:
        return None
    local = local.lstrip(".%+'&=~-")
    if not local or local.endswith((".", "'")) or ".." in local or local.lower() == "git":
        return None
    domain = _DOMAIN.match(text[at + 1 : at + 1 + _MOST_DOMAIN].decode("utf-8", "ignore"))
    if domain is None or _RESERVED.search(domain.group()) or _FILES.search(domain.group()):
        return None
    return "address", at - len(local.encode()), at + 1 + len(domain.group().encode())
