"""The texts of the second opinion on languages, out of small checkouts of our own making."""

import json
from pathlib import Path

import pytest

from classifiers.cyrillic import in_cyrillic
from classifiers.language_texts import all_texts, clean, label_of


def test_each_source_is_read_in_its_form_and_shared_texts_are_left_out(tmp_path: Path) -> None:
    def write(name: str, text: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    write(
        "VisualEditor/i18n/de.json", json.dumps({"@metadata": {}, "a": "Die {{PLURAL:$1|Seite}} ist leer", "b": "kurz"})
    )
    write("VisualEditor/i18n/nl.json", json.dumps({"a": "Shared by two of them", "b": "Deze pagina is leeg"}))
    write("VisualEditor/i18n/af.json", json.dumps({"a": "Shared by two of them"}))
    write("VisualEditor/lib/x/i18n/af.json", json.dumps({"a": "Van ander mense geleen"}))
    write("wikiedu/config/locales/sr.yml", "sr:\n  page:\n    title: [Naslov prve strane]\n")
    write("django/django/conf/locale/nb/LC_MESSAGES/django.po", 'msgid "x"\nmsgstr ""\n"Fyll ut "\n"dette feltet"\n')
    write("osm/dist/translations/fi.json", json.dumps({"a": {"b": "kahvila" * 9, "c": "kauppa" * 9}}))
    verse = '<seg id="b.{}.1.1">{} hitz egin zuen</seg>'
    write("bible/bibles/Basque-NT.xml", f"<a>{verse.format('MAT', 'Mateok')}{verse.format('ROM', 'Paulok')}</a>")
    for name in ("Armenian-PART", "Estonian-PART", "Gaelic-PART", "Gujarati-NT", "Latvian-NT", "Manx-PART"):
        write(f"bible/bibles/{name}.xml", "<a/>")
    for name in ("Quichua-NT", "Swahili-NT", "Ukranian-NT"):
        write(f"bible/bibles/{name}.xml", "<a/>")
    write("lingua/language-testdata/sentences/nb.txt", "".join(f"Setning nummer {n}.\n" for n in range(40)))
    found = list(all_texts(tmp_path))
    sentences = [text for language, source, text in found if source == "lingua" and language == "no"]
    assert 20 < len(sentences) < 40
    assert [row for row in found if row[1] != "lingua"] == [
        ("de", "VisualEditor", "Die ist leer"),
        ("nl", "VisualEditor", "Deze pagina is leeg"),
        ("sr", "wikiedu", "Naslov prve strane"),
        ("sr", "transliterated", "наслов прве стране"),
        ("no", "django", "Fyll ut dette feltet"),
        ("fi", "osm", f"{'kahvila' * 9}, {'kauppa' * 9}"),
        ("eu", "bible", "Paulok hitz egin zuen"),
    ]


@pytest.mark.parametrize(
    ("locale", "label"), [("nb", "no"), ("pt-BR", "pt"), ("sr_Latn", "sr"), ("de", "de"), ("de-at", None), ("xx", None)]
)
def test_locales_have_the_labels_of_lid_176(locale: str, label: str | None) -> None:
    assert label_of(locale) == label


def test_markup_is_taken_out() -> None:
    assert clean("See [[Page|the page]] &amp; <b>[https://x.org more]</b> %(n)s") == "See the page & more"


@pytest.mark.parametrize(
    ("language", "latin", "cyrillic"),
    [
        ("sr", "Njegoš i ljudi", "његош и људи"),
        ("uz", "Oʻzbek shahri", "ўзбек шаҳри"),
        ("az", "QIZ gəlir", "гыз ҝәлир"),
    ],
)
def test_latin_letters_become_cyrillic_ones(language: str, latin: str, cyrillic: str) -> None:
    assert in_cyrillic(language, latin) == cyrillic
