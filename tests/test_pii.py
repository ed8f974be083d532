"""The rules for personal data: what each takes, what it leaves, and that masking touches nothing else."""

import base64

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.pii import KINDS, REPLACEMENTS, find, mask

FAKE = "QWERTYUIOPASDFGH"  # keys are put together here, so that no scanner takes this file for a leak
HEADER = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
TOKEN = f"{HEADER}.eyJzdWIiOiJtZSJ9.{'s3cr3t' * 6}"
PRIVATE = f"-----BEGIN RSA {'PRIVATE'} KEY-----\nMIIB\n{'abcd' * 9}=\n-----END RSA {'PRIVATE'} KEY-----"

FOUND = {
    "address": ("miller.jo+mill@river-bank.co.uk", "jo_2@xn--mhle-0ra.de", "josé@müller.es", "o'brien@abc.travel"),
    "ipv4": ("93.184.215.14", "185.199.108.153", "8.134.0.12"),
    "ipv6": ("2606:2800:21f:cb07::1", "2a00:1450:4001:81b:0:0:0:200e"),
    "international": (
        "+44 20 7946 0958", "+49 (0)30 901820", "+33-1-99-00-12-34", "+1 (212) 665-0199", "(+44) 20 7946 0958",
        "+352 27 12 34 56", "+390612345678", "+7 (495) 123-45-67",
    ),
    "zeros": ("0044 20 7946 0958", "00 49 30 901820"),
    "north_american": ("212-665-0199", "(212) 665-0199", "212.665.0199", "1-800-665-0199", "1 (212) 665-0199"),
    "aws": ("AKIA" + FAKE,),
    "github": ("ghp_" + FAKE * 2 + "2345", "github_pat_" + "A1b2C3" * 3 + "abcd_" + "Zz9" * 19 + "xy"),
    "gitlab": ("glpat-" + "aB3" * 7,),
    "slack": ("xoxb-2345678901-" + "aB3dE5gH" * 3,),
    "google": ("AIza" + "Sy5" * 11 + "ab",),
    "stripe": ("sk_live_" + "4eC39HqLyj" * 3,),
    "openai": ("sk-proj-" + "aB3dE5gH" * 6,),
    "anthropic": ("sk-ant-api03-" + "aB3dE5gH" * 11,),
    "sendgrid": ("SG." + "aB3dE5gH1kl" * 2 + "." + "aB3dE5gH1kl" * 3 + "mnopqrstuv",),
    "npm": ("npm_" + FAKE * 2 + "abcd",),
    "pypi": ("pypi-AgEIcHlwaS5vcmc" + "aB3dE" * 12,),
    "huggingface": ("hf_" + FAKE * 2 + "ab",),
    "jwt": (TOKEN,),
    "private_key": (PRIVATE,),
}  # fmt: skip
LABELLED = (
    "Tel. 020 7946 0958",
    "Fax: (030) 901820",
    "Telefon 0411-53 60 00",
    "电话：0571-88212994",
    "phone no. 5550142",
    "textphone: 0800 731 0317",
    "请拨打举报电话：0571-88212994",
)

LEFT = (
    # addresses that are none, or nobody's
    "jo@example.com", "jo@mail.example.org", "jo@host.test", "icon@2x.png", "lodash@4.17.21", "@jo@mastodon.host",
    "git@river.org:mill/wheel.git", "jo@localhost", "a @ b.com", "..@b.com", "6 kg @ 3.50 each", "jo.@mill.org",
    # IP addresses of private networks, for examples, and numbers that look like some
    "10.1.2.33", "172.16.44.1", "192.168.10.77", "127.0.0.1", "169.254.10.10", "192.0.2.44", "203.0.113.9",
    "100.64.12.9", "239.255.255.250", "version 12.44.10.7", "v12.44.10.7", "Chrome/96.44.46.110", "4.2.13.22",
    "12.44.10.0", "1.2.3.4.5", "93.184.215.400", "93.184.215.014", "93.184.215.14.2", "section 14.12.33.41",
    "2001:db8::1", "fe80::1", "::1", "std::vector", "12:30:45", "2024:11:21", "aa:bb:cc:dd:ee:ff", "fd00::12",
    # dates, prices, book numbers, part numbers, sizes
    "2001-2005", "12.05.2001 - 13.06.2001", "21-11-2026", "2026-11-21 12:30:45", "$212,665,0199", "1 000 000 000",
    "ISBN 978-0-306-40615-7", "ISBN 212-665-0199", "part no. 212-665-0199", "order #212-665-0199", "+15 %",
    "+100 000 000 people", "+250 000 000", "C++11 20 30 40 50", "x+4420794609", "555-0142", "+1-202-555-0100",
    "(212) 555-0142", "112-665-0199", "212-165-0199", "Tel: 2009, 2010, 2011", "phone 12.05.2001", "mobile 2012-2013",
    "1920x1080", "3.14159265358979", "0123456789", "tel 12345", "00 12 34 56 78 90 12", "+999 123 456 789",
    # what looks like keys
    "AKIA" + "EXAMPLE" + "QWERTYUIO", "AKIA" + FAKE + "A", "XAKIA" + FAKE, "ghp_short",
    "hf_hub_download_of_the_whole_model_now", "xoxb-and-so-on-without-a-number", "npm_config_registry",
    "sk-learn-is-a-library-for-machine-learning-in-python", "eyJhbGciOiJub25l", "-----BEGIN PUBLIC KEY-----",
    "eyJhYmNkZWZnaGlq.eyJzdWIiOiJtZSJ9." + "s3cr3t" * 6,
)  # fmt: skip


def strings(*texts: str) -> pa.Array:
    return pa.array(texts, pa.string())


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in FOUND.items() for text in texts])
@pytest.mark.parametrize(
    ("before", "after"), [("", ""), ("Write or call: ", "."), ("(", ")"), ("请联系", "，谢谢"), ("\n", "\n")]
)
def test_what_is_found_is_found_whole(rule: str, text: str, before: str, after: str) -> None:
    whole = f"{before}{text}{after}"
    if (before, text[0]) == ("(", "("):
        return
    (match,) = find(strings(whole), KINDS)
    assert match.rule == rule
    assert whole.encode()[match.start : match.stop].decode() == text
    assert mask(strings(whole), [match])[0].as_py() == f"{before}{match.replacement}{after}"


@pytest.mark.parametrize("text", LABELLED)
def test_numbers_behind_a_label(text: str) -> None:
    (match,) = find(strings(f"Mill Lane 5\n{text}\nopen daily"), ["phone"])
    assert match.rule == "labelled"
    masked = mask(strings(f"{text} now"), find(strings(f"{text} now"), ["phone"]))[0].as_py()
    assert masked.endswith("+1-202-555-0100 now")
    assert masked[:2] == text[:2]


@pytest.mark.parametrize("text", LEFT)
@pytest.mark.parametrize("around", ["{}", "It says {} here.", "{}\n"])
def test_what_is_left(text: str, around: str) -> None:
    assert find(strings(around.format(text)), KINDS) == []


def test_several_numbers_behind_one_label() -> None:
    texts = strings("tel. 010-84871308 010-84871329", "phone 18961466857,13915893096")
    masked = mask(texts, find(texts, ["phone"])).to_pylist()
    assert masked == ["tel. +1-202-555-0100 010-84871329", "phone +1-202-555-0100,13915893096"]


def test_every_rule_has_a_text_that_trips_it() -> None:
    assert {*REPLACEMENTS} <= {*FOUND, "labelled"}


def test_only_the_kinds_asked_for() -> None:
    text = strings("jo@mill.org, 93.184.215.14, +44 20 7946 0958, AKIA" + FAKE)
    for kind in KINDS:
        assert [match.kind for match in find(text, [kind])] == [kind]
    assert len(find(text, KINDS)) == 4


def test_what_overlaps_is_one_match() -> None:
    assert [match.rule for match in find(strings("442079460958@mill.org"), KINDS)] == ["address"]
    assert [match.rule for match in find(strings("Tel: +44 20 7946 0958"), KINDS)] == ["international"]
    assert find(strings("Phone: 1-212-665-0199/1-212-665-0198"), KINDS)[0].rule == "north_american"


def test_rows_are_told_apart() -> None:
    """What one row ends with and the next begins with is no match, also in a slice of an array."""
    parts = strings("x", "jo@mill", ".org", "tel: ", "020 7946 0958", "93.184.", "215.14", "", "jo@mill.org")
    assert [(match.row, match.rule) for match in find(parts, KINDS)] == [(8, "address")]
    assert [match.row for match in find(parts[1:], KINDS)] == [7]
    assert mask(parts[1:], find(parts[1:], KINDS)).to_pylist()[:-1] == parts[1:-1].to_pylist()


def test_more_matches_than_there_is_room_for_at_first() -> None:
    text = strings("jo@mill.org " * 3000)
    assert len(find(text, ["email"])) == 3000
    assert mask(text, find(text, ["email"]))[0].as_py() == "email@example.com " * 3000


def test_long_and_hostile_texts_take_time_in_proportion() -> None:
    for piece in (
        "@",
        "a@",
        "+",
        "1-",
        "1.",
        "eyJ",
        "-----BEGIN ",
        "(",
        "2001:",
        "00 ",
        "a.b@",
        "eyJ-",
        "xoxb-",
        "sk-",
    ):
        assert find(strings(piece * 30_000), KINDS) == []


PIECES = st.sampled_from(
    [text for texts in FOUND.values() for text in texts if len(text) < 60]
    + [
        *LABELLED,
        *LEFT,
        *REPLACEMENTS.values(),
        "<KEY>",
        "tel ",
        "Fax:",
        "1",
        "+",
        "@",
        ".",
        "-",
        " ",
        "(",
        ")",
        "é",
        "中",
        "\n",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | st.text(max_size=4), max_size=8).map("".join))
def test_masking_changes_matches_alone_and_once(text: str) -> None:
    texts = strings("before", text, "after")
    found = find(texts, KINDS)
    data, at, kept = text.encode(), 0, []
    for match in found:
        assert match.row == 1
        assert at <= match.start < match.stop <= len(data)
        kept += [data[at : match.start].decode(), match.replacement]
        at = match.stop
    masked = mask(texts, found)
    assert masked.to_pylist() == ["before", "".join([*kept, data[at:].decode()]), "after"]
    again = find(masked, KINDS)
    assert again == [], (text, masked[1].as_py(), again)
