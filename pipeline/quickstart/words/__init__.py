"""The words and sentence rules of every language that the quickstart writes in. All of them were written for it."""

from pipeline.quickstart.words.chinese import CHINESE
from pipeline.quickstart.words.english import ENGLISH
from pipeline.quickstart.words.french import FRENCH
from pipeline.quickstart.words.german import GERMAN
from pipeline.quickstart.words.greek import GREEK
from pipeline.quickstart.words.japanese import JAPANESE
from pipeline.quickstart.words.language import Interface, Language
from pipeline.quickstart.words.polish import POLISH
from pipeline.quickstart.words.russian import RUSSIAN
from pipeline.quickstart.words.spanish import SPANISH

LANGUAGES: dict[str, Language] = {
    language.code: language
    for language in (ENGLISH, GERMAN, FRENCH, SPANISH, RUSSIAN, POLISH, CHINESE, JAPANESE, GREEK)
}

LANGUAGE_SHARES = (
    ("en", 0.62), ("de", 0.08), ("fr", 0.07), ("es", 0.07), ("ru", 0.06), ("zh", 0.05), ("pl", 0.03), ("ja", 0.02),
)  # fmt: skip
"""Of the crawl's clean pages, and of the encyclopedia."""

__all__ = ["LANGUAGES", "LANGUAGE_SHARES", "Interface", "Language"]
