"""English: one rule book a topic and register, with the verb and noun forms derived from the base forms."""

import re

from pipeline.quickstart.grammar import Grammar, split_words
from pipeline.quickstart.words.english_prose import (
    CHAT,
    GENERAL,
    KITCHEN,
    KITCHEN_TERMS,
    LORE,
    MANUAL,
    MANUAL_TERMS,
    PROSE,
    SHARED,
    SHOP,
)
from pipeline.quickstart.words.english_sales import BLURB, PITCH, SALES_TERMS
from pipeline.quickstart.words.english_topics import TOPICS
from pipeline.quickstart.words.language import Interface, Language, Lengths

FIRST_NAMES = split_words("""
    Orla, Tamsin, Edwin, Maud, Clement, Ida, Rufus, Nell, Casper, Winifred, Hugo, Petra, Alban, Greta, Silas, Dora,
    Jasper, Linnea, Magnus, Cora, Felix, Hester, Otis, Vera, Leopold, Agnes, Barnaby, Elsie, Gideon, Thea, Ambrose,
    Ruth, Lorcan, Imogen, Basil, Sybil, Ivor, Maren, Quentin, Della
""")
LAST_NAMES = split_words("""
    Venn, Hale, Marchbank, Quill, Tarrant, Osgood, Fenwright, Lorimer, Pellow, Strand, Whitlock, Arkley, Bramhall,
    Corran, Dunmore, Eastley, Farrow, Gantry, Holloway, Inskip, Jarrold, Kestle, Lathom, Merrow, Norbury, Oakden,
    Penrose, Rushton, Sallow, Thorne, Underhay, Vickery, Wadlow, Yarrow, Ashdown, Birtles, Crake, Dallimore, Elphick
""")
TOWNS = split_words("""
    Marlowick, Esterby, Thornhaven, Saltcombe, Dunsford, Wellowmere, Aldersea, Brackholm, Cawdale, Easterly Cross,
    Fennimore, Gallowgate, Harrowell, Inchmere, Kingsferry, Langthwaite, Millbrae, Netherstow, Oxcombe, Pellingham,
    Quarrendon, Ravensby, Stokeley, Tillingbourne, Upper Wray, Varley, Westerholm, Yarnbrook, Ashcote, Bellwater,
    Carrowmoor, Deepford, Elmstead, Foxley, Glenhurst, Hartsea, Ivelbridge, Kelmouth, Lowmarsh, Moorgate
""")

_IRREGULAR_PLURALS = {"loaf": "loaves", "scarf": "scarves", "alias": "aliases", "match": "matches"}


def plural(noun: str) -> str:
    """The regular plural of a noun or of the head of a noun phrase with `of`."""
    head, of, rest = noun.partition(" of ")
    first, space, last = head.rpartition(" ")
    if last in _IRREGULAR_PLURALS:
        last = _IRREGULAR_PLURALS[last]
    elif re.search(r"[^aeiou]y$", last):
        last = last[:-1] + "ies"
    else:
        last += "es" if re.search(r"(s|x|z|ch|sh)$", last) else "s"
    return first + space + last + of + rest


def verb_forms(base: str) -> tuple[str, str, str]:
    """(third person, past and participle, -ing form) of a regular verb that does not double its last letter."""
    verb, space, rest = base.partition(" ")
    if re.search(r"[^aeiou]y$", verb):
        third, past, present = verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing"
    elif verb.endswith("e"):
        third, past, present = verb + "s", verb + "d", verb[:-1] + "ing"
    else:
        third = verb + ("es" if re.search(r"(s|x|z|ch|sh)$", verb) else "s")
        past, present = verb + "ed", verb + "ing"
    return third + space + rest, past + space + rest, present + space + rest


_ARTICLE = re.compile(r"\b([Aa]) (?=[aeio]|u(?!se))")


def finish(text: str) -> str:
    """`a` becomes `an` before a vowel."""
    return _ARTICLE.sub(r"\1n ", text)


def _topic_rules(topic: dict[str, str]) -> dict[str, tuple[str, ...]]:
    words = {kind: split_words(topic[kind]) for kind in topic}
    general = {kind: split_words(GENERAL[kind]) for kind in GENERAL}
    verbs = words["verbs"] * 2 + general["verbs"]
    forms = [verb_forms(verb) for verb in verbs]
    things = words["things"] * 2 + general["things"]
    return {
        "person": words["people"] * 2 + general["people"],
        "thing": things,
        "things": tuple(plural(thing) for thing in things),
        "place": words["places"] * 2 + general["places"],
        "verb": verbs,
        "verbs": tuple(form[0] for form in forms),
        "verbed": tuple(form[1] for form in forms),
        "verbing": tuple(form[2] for form in forms),
        "adj": words["adjs"] * 2 + general["adjs"],
        "matter": words["matters"] * 2 + general["matters"],
    }


def _rules() -> dict[str, dict[str, tuple[str, ...]]]:
    names = {
        "first": FIRST_NAMES,
        "last": LAST_NAMES,
        "name": ("{first} {last}",),
        "town": TOWNS,
        "number": tuple(f"{major}.{minor}" for major in range(1, 7) for minor in range(12)),
        "port": tuple(str(port) for port in range(7000, 9000, 37)),
        "headline": (
            "How {town} got its {adj} {thing}",
            "{name} and the {adj} {thing}",
            "The {thing} that changed {town}",
            "Why the {things} of {town} matter",
            "A {adj} year for every {person}",
            "{town} argues about {matter}",
            "What a {person} knows about {things}",
            "{count} {things} and a {adj} {thing}",
            "The last {person} of {town}",
            "Back to the {adj} {thing}",
            "In search of the {adj} {thing}",
            "{matter} in {year}",
        ),
        "heading": (
            "The {adj} {thing}",
            "{matter}",
            "A {person} in {town}",
            "What happened {time}",
            "{things} and {things}",
            "{name}",
            "After {year}",
            "How to {verb} a {thing}",
        ),
        "question": (
            "How do I {verb} a {adj} {thing}?",
            "Is it worth {verbing} {things} in {month}?",
            "What should a {person} know about {matter}?",
            "Why is my {thing} so {adj}?",
            "Where can I get a {adj} {thing} in {town}?",
            "Who {verbed} your first {thing}?",
            "Did {matter} worry you in {year}?",
            "Which {thing} would you {verb} again?",
            "And what did {name} say about the {thing}?",
            "When do you {verb} the {things}?",
            "Are {adj} {things} better than {adj} ones?",
            "What comes after the {thing}?",
            "Has {town} changed since {year}?",
            "How many {things} do you {verb} {place}?",
        ),
        "item": ("the {adj} {thing}", "{count} {things}", "a {thing} for the {person}", "{verbing} the {thing}"),
        "product": ("{adj} {thing}", '{thing} "{town}"', "{adj} {thing} No. {count}", "set of {things}"),
        "prose": PROSE,
        "lore": LORE,
        "chat": CHAT,
        "manual": MANUAL,
        "kitchen": KITCHEN,
        "shop": SHOP,
        "pitch": PITCH,
        "blurb": BLURB,
    }
    terms = {kind: split_words(text) for kind, text in (MANUAL_TERMS | KITCHEN_TERMS | SALES_TERMS).items()}
    return {topic: {**SHARED, **names, **terms, **_topic_rules(words)} for topic, words in TOPICS.items()}


ENGLISH = Language(
    code="en",
    grammars={topic: Grammar.of(rules, finish) for topic, rules in _rules().items()},
    registers=("prose", "lore", "chat", "manual", "kitchen", "shop", "pitch", "blurb"),
    interface=Interface(
        home="Home",
        sections=("News", "Culture", "Region", "Opinion", "Archive", "Events", "About us", "Contact"),
        search="Search",
        log_in="Log in",
        subscribe="Subscribe to our newsletter",
        cookies="We use cookies to make this site work. By continuing you accept our cookie policy and privacy policy.",
        accept="Accept all",
        related="You may also like",
        comments="Comments",
        reply="Reply",
        share="Share this page",
        advert="Advertisement",
        offers=(
            "Save 20 % on garden chairs this week only",
            "Book your holiday by the sea now",
            "New shoes, old prices",
        ),
        rights="All rights reserved.",
        legal=("Terms of use", "Privacy policy", "Imprint", "Accessibility"),
        by="By",
        more="Read more",
        password="Password",
        user="User name",
        forgot="Forgot your password?",
        said="wrote",
        ingredients="Ingredients",
        steps="Preparation",
        price="Price",
        basket="Add to basket",
        answers="Answers",
    ),
    lengths=Lengths(430, 0.75, 110, 4000),
)
