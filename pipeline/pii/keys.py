"""Keys and tokens that their makers gave a prefix of their own, private keys, and signed tokens (JWT, RFC 7519).

The forms are those that the makers publish for secret scanners. Keys that documentation uses as examples stay.
"""

import base64
import binascii
import json
import re

REPLACEMENT = "<KEY>"
MOST_BYTES = 16_384
"""The longest private key or token that is looked at."""
REACH = 16
"""Bytes before the place that the kernel tells, within which a key begins."""

_RULES = (
    ("aws", rb"(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])"),
    ("github", rb"gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    ("gitlab", rb"glpat-[A-Za-z0-9_-]{20,64}"),
    ("slack", rb"xox[abeoprs]-(?=[A-Za-z0-9-]{0,255}[0-9])[A-Za-z0-9-]{20,255}"),
    ("google", rb"AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
    ("stripe", rb"[rs]k_live_[A-Za-z0-9]{16,247}"),
    ("anthropic", rb"sk-ant-[A-Za-z0-9]{2,8}-[A-Za-z0-9_-]{80,120}"),
    ("openai", rb"sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,200}|sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}"),
    ("sendgrid", rb"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    ("npm", rb"npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
    ("pypi", rb"pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,255}"),
    ("huggingface", rb"hf_[A-Za-z]{34}(?![A-Za-z0-9])"),
    ("jwt", rb"(?<!-)eyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{4,8000}\.[A-Za-z0-9_-]{16,2000}"),
)
_KEY = re.compile(rb"(?<![A-Za-z0-9_])(?:" + rb"|".join(rb"(?P<%s>%s)" % (n.encode(), p) for n, p in _RULES) + rb")")
_PREFIX = re.compile(
    rb"(?<![A-Za-z0-9_])(?:A[KS]IA|gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|AIza|[rs]k_live_|sk-|SG\.|npm_|pypi-|hf_|eyJ)"
)
_PRIVATE = re.compile(
    rb"-----BEGIN (?P<name>(?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?)-----"
    rb"(?P<body>[A-Za-z0-9+/=\s\\:,.()-]{16,%d}?)-----END (?P=name)-----" % MOST_BYTES
)
_EXAMPLE = re.compile(rb"EXAMPLE|XXXXXX|xxxxxx|000000|123456789|abcdefgh", re.IGNORECASE)


def find_key(text: bytes, at: int) -> tuple[str, int, int] | None:
    """(rule, start, stop) of the key whose prefix lies around `at`; None where there is none."""
    begin = max(0, at - REACH)
    first = _PREFIX.search(text, begin, at + 8)
    found = _KEY.match(text, first.start(), first.start() + MOST_BYTES) if first else None
    if found is None or _EXAMPLE.search(found.group()):
        return None
    rule = str(found.lastgroup)
    return None if rule == "jwt" and not _is_header(found.group()) else (rule, found.start(), found.end())


def find_private(text: bytes, at: int) -> tuple[str, int, int] | None:
    """(rule, start, stop) of the private key whose BEGIN follows the dash at `at`; None where there is none."""
    found = _PRIVATE.match(text, max(0, at - 4))
    return ("private_key", found.start(), found.end()) if found else None


def _is_header(token: bytes) -> bool:
    """Whether a token begins with an object that names its algorithm."""
    header = token.partition(b".")[0]
    try:
        read = json.loads(base64.urlsafe_b64decode(header + b"=" * (-len(header) % 4)))
    except (ValueError, binascii.Error):
        return False
    return isinstance(read, dict) and "alg" in read
