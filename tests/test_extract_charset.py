"""Bytes to text: what is believed, and what overrules it. The texts are written here and encoded here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.charset import charset_of_label, declared_in_html, decode, to_utf8

RUSSIAN = "Вечером мы долго шли вдоль реки и говорили о том, как быстро прошло это лето. "
GREEK = "Το πρωί περπατήσαμε ως το λιμάνι και είδαμε τις βάρκες που γύριζαν από το ψάρεμα. "
CHINESE = "今天早上我们沿着河边走了很久,谈论这个夏天过得多么快,后来又去市场买了一些水果。"
JAPANESE = "きょうの朝、わたしたちは川のそばを長いあいだ歩いて、夏が早く終わったことを話しました。"
KOREAN = "오늘 아침 우리는 강가를 오래 걸으면서 여름이 얼마나 빨리 지나갔는지 이야기했습니다. "
POLISH = "Wczoraj poszliśmy nad rzekę, żeby zobaczyć łódki, które wróciły z całodniowego połowu. "
FRENCH = "Hier après-midi, nous avons marché près de la rivière, où l'été s'achève déjà. "
THAI = "เช้าวันนี้เราเดินเลียบแม่น้ำเป็นเวลานานและคุยกันว่าฤดูร้อนผ่านไปเร็วเพียงใด "
TURKISH = "Dün akşam ırmağın kıyısında uzun uzun yürüdük, yazın ne çabuk geçtiğini konuştuk. "

LEGACY = [
    (RUSSIAN, "cp1251", "windows-1251"),
    (RUSSIAN, "koi8_r", "koi8-r"),
    (RUSSIAN, "cp866", "ibm866"),
    (GREEK, "cp1253", "windows-1253"),
    (CHINESE, "gb18030", "gb18030"),
    (JAPANESE, "cp932", "shift_jis"),
    (JAPANESE, "euc_jp", "euc-jp"),
    (KOREAN, "cp949", "euc-kr"),
    (POLISH, "cp1250", "windows-1250"),
    (POLISH, "iso8859_2", "iso-8859-2"),
    (FRENCH, "cp1252", "windows-1252"),
    (THAI, "cp874", "windows-874"),
    (TURKISH, "cp1254", "windows-1254"),
]
BIG5 = ("昨天晚上我們沿著河邊走了很久,談到這個夏天過得多麼快,後來又去市場買了一些水果。", "big5", "big5")


def html(text: str, head: str = "") -> str:
    paragraphs = f"<p>{text}</p>\n" * 8
    return f"<html><head><title>t</title>{head}</head><body><div class='main'>{paragraphs}</div></body></html>"


@pytest.mark.parametrize(("text", "codec", "name"), [*LEGACY, BIG5])
def test_the_header_is_believed(text: str, codec: str, name: str) -> None:
    decoded = decode(html(text).encode(codec), name)
    assert (decoded.text, decoded.charset, decoded.method, decoded.replaced) == (html(text), name, "header", 0)


@pytest.mark.parametrize(
    "tag", ['<meta charset="{}">', "<META http-equiv=Content-Type content='text/html; charset={}'>"]
)
@pytest.mark.parametrize(("text", "codec", "name"), [*LEGACY, BIG5])
def test_the_meta_tag_is_believed(text: str, codec: str, name: str, tag: str) -> None:
    page = html(text, tag.format(name))
    decoded = decode(page.encode(codec), None)
    assert (decoded.text, decoded.charset, decoded.method, decoded.replaced) == (page, name, "meta", 0)


@pytest.mark.parametrize(("text", "codec", "name"), [*LEGACY, BIG5])
def test_without_a_declaration_the_detectors_are_asked(text: str, codec: str, name: str) -> None:
    decoded = decode(html(text).encode(codec), None)
    assert (decoded.text, decoded.method, decoded.replaced) == (html(text), "detector", 0)


@pytest.mark.parametrize("where", ["header", "meta"])
@pytest.mark.parametrize(("text", "codec", "name"), [*LEGACY, BIG5])
def test_utf8_that_is_none_is_overruled(text: str, codec: str, name: str, where: str) -> None:
    page = html(text, '<meta charset="utf-8">' if where == "meta" else "")
    decoded = decode(page.encode(codec), "UTF-8" if where == "header" else None)
    assert (decoded.text, decoded.method, decoded.replaced) == (page, "detector", 0)


@pytest.mark.parametrize("claim", ["iso-8859-1", "windows-1251", "koi8-r", "shift_jis", "gb2312", "utf-16", "us-ascii"])
@pytest.mark.parametrize("text", [RUSSIAN, GREEK, CHINESE, KOREAN, POLISH, FRENCH, THAI])
def test_another_charset_is_overruled_by_valid_utf8(text: str, claim: str) -> None:
    decoded = decode(html(text).encode(), claim)
    assert (decoded.text, decoded.charset, decoded.method) == (html(text), "utf-8", "utf8")


@pytest.mark.parametrize("text", [RUSSIAN, GREEK, CHINESE, JAPANESE, KOREAN, THAI])
def test_a_latin_charset_is_overruled_by_bytes_that_are_no_latin_text(text: str) -> None:
    codec = next(codec for other, codec, _ in LEGACY if other == text)
    decoded = decode(html(text).encode(codec), "ISO-8859-1")
    assert (decoded.text, decoded.method, decoded.replaced) == (html(text), "detector", 0)


def test_a_lying_header_leaves_the_word_to_the_meta_tag() -> None:
    page = html(RUSSIAN, '<meta charset="windows-1251">')
    decoded = decode(page.encode("cp1251"), "utf-8")
    assert (decoded.text, decoded.charset, decoded.method) == (page, "windows-1251", "meta")


def test_the_header_goes_before_the_meta_tag() -> None:
    page = html(RUSSIAN, '<meta charset="koi8-r">')
    assert decode(page.encode("cp1251"), "windows-1251").text == page


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_the_byte_order_mark_goes_before_all(codec: str) -> None:
    decoded = decode(html(GREEK, '<meta charset="koi8-r">').encode(codec), "windows-1251")
    assert (decoded.text, decoded.method) == (html(GREEK, '<meta charset="koi8-r">'), "bom")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("claim", ["utf-16", None])
def test_utf16_is_known_by_its_zeros(codec: str, claim: str | None) -> None:
    decoded = decode(html(RUSSIAN).encode(codec), claim)
    assert (decoded.text, decoded.charset) == (html(RUSSIAN), codec.replace("-le", "le").replace("-be", "be"))


@pytest.mark.parametrize("claim", ["iso-2022-jp", "utf-8", "iso-8859-1", None])
def test_escape_sequences_are_japanese(claim: str | None) -> None:
    decoded = decode(html(JAPANESE).encode("iso2022_jp"), claim)
    assert (decoded.text, decoded.charset) == (html(JAPANESE), "iso-2022-jp")


def test_short_chinese_text_that_is_valid_utf8_by_accident() -> None:
    page = "<p>模谋</p>"
    content = page.encode("gb18030")
    assert content.decode("utf-8") == "<p>ģı</p>"  # the accident
    assert decode(content, "gb2312").text == page
    assert decode(content, None).charset == "utf-8"


def test_a_few_broken_bytes_do_not_change_the_charset() -> None:
    content = html(GREEK).encode().replace(b"<p>", b"<p>\xff", 1)
    for claim in ("utf-8", None):
        decoded = decode(content, claim)
        assert (decoded.charset, decoded.replaced) == ("utf-8", 1)
        assert decoded.text == html(GREEK).replace("<p>", "<p>�", 1)


def test_characters_lost_before_are_counted() -> None:
    assert decode(html("caf� and na�ve and \x93quoted\x94").encode(), "utf-8").replaced == 8 * 4


def test_ascii_needs_no_proof() -> None:
    assert decode(b"<p>plain</p>", "koi8-r").charset == "koi8-r"
    assert decode(b"<p>plain</p>", None) == decode(b"<p>plain</p>", "no-such-charset")


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("latin1", "windows-1252"),
        ("ISO_8859-1:1987", "windows-1252"),
        (" 'US-ASCII' ", "windows-1252"),
        ("gb2312", "gb18030"),
        ("GBK", "gb18030"),
        ("x-sjis", "shift_jis"),
        ("ks_c_5601-1987", "euc-kr"),
        ("UTF8", "utf-8"),
        ("win-1251", "windows-1251"),
        ("CP1250", "windows-1250"),
        ("iso-8859-9", "windows-1254"),
        ("TIS-620", "windows-874"),
        ("unicode_escape", None),
        ("utf-7", None),
        ("rot13", None),
        ("", None),
        (None, None),
    ],
)
def test_labels(label: str | None, name: str | None) -> None:
    assert charset_of_label(label) == name


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b'<meta name="a" content="b"><meta charset=koi8-r>', "koi8-r"),
        (b'<?xml version="1.0" encoding="Shift_JIS"?><html>', "shift_jis"),
        (b"<!-- <meta charset=koi8-r> --><meta charset=gbk>", "gb18030"),
        (b"<!-- never closed <meta charset=koi8-r>", None),
        (b"<meta charset=utf-16>", "utf-8"),
        (b"x" * 5000 + b"<meta charset=koi8-r>", None),
        (b"<p>charset=koi8-r</p>", None),
    ],
)
def test_declarations_in_html(content: bytes, name: str | None) -> None:
    assert declared_in_html(content) == name


@given(st.binary(max_size=300), st.sampled_from([None, "utf-8", "gbk", "utf-16", "iso-2022-jp", "nonsense"]))
def test_any_bytes_become_text_that_can_be_written(content: bytes, claim: str | None) -> None:
    decoded = decode(content, claim)
    decoded.text.encode("utf-8")
    assert decode(content, claim) == decoded


@given(st.text(max_size=200))
def test_utf8_is_read_back(text: str) -> None:
    content = ("<html>" + text).encode("utf-8", "replace")
    if b"\0" not in content and b"\x1b" not in content:
        assert decode(content, "utf-8").text.encode() == content


DECLARED = [None, "utf-8", "iso-8859-1", "gb2312", "utf-16", "iso-2022-jp", "nonsense"]


@pytest.mark.parametrize("claim", DECLARED)
@pytest.mark.parametrize("meta", ["", "<meta charset=utf-8>", "<meta charset=shift_jis>", "<meta charset=latin1>"])
@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (RUSSIAN, "utf-8"), (CHINESE, "utf-8"), (FRENCH, "utf-8-sig"), (FRENCH, "cp1252"), (RUSSIAN, "koi8_r"),
        (JAPANESE, "iso2022_jp"), (CHINESE, "gb18030"), (FRENCH, "utf-16"), (FRENCH, "utf-16-le"), ("plain", "ascii"),
        ("中", "utf-8"),
    ],
)  # fmt: skip
def test_utf8_without_a_string_is_the_same_text(text: str, codec: str, meta: str, claim: str | None) -> None:
    content = html(text, meta).encode(codec)
    decoded = decode(content, claim)
    assert to_utf8(content, claim) == (decoded.text.encode("utf-8", "replace"), decoded.charset)


@given(st.binary(max_size=400), st.sampled_from(DECLARED))
def test_any_bytes_become_utf8(content: bytes, claim: str | None) -> None:
    decoded = decode(content, claim)
    assert to_utf8(content, claim) == (decoded.text.encode("utf-8", "replace"), decoded.charset)
