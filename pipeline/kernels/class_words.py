"""What the words of class and id mean by the conventions of the web's software, in kinds: a side column, a byline, ads.

A lexicon learned from gold pages knows the words of those pages. The kinds below pool the rest: words that content
management systems, their themes and advertisers use, whatever language a page is written in. What a kind says of the
text inside is learned.
"""

import numpy as np

from pipeline.kernels.compile import kernel
from pipeline.kernels.html_blocks import PARENT, WORDS, hash_word

KINDS = {
    "content": """article articlebody articlecontent artikel blog body content contents contenido contenu contenuto
        entry entrycontent fulltext hentry inhalt main maincontent markdown post postbody prose story text""",
    "lead": """abstract anriss chapo deck dek description excerpt intro introduction kicker lead lede standfirst
        subheadline subtitle summary vorspann""",
    "comment": """comentario comentarios comment commentaire commentaires commenti commentlist comments disqus feedback
        guestbook komentarze kommentar kommentare reactie reacties replies reply respond review reviews""",
    "navigation": """breadcrumb breadcrumbs crumbs menu menubar nav navbar navi navigation pager pagination paging tabs
        toc toolbar topbar""",
    "side": "aside column complementary rail secondary side sidebar supplementary widget widgets",
    "related": """also crosssell featured latest more mostread next outbrain popular prev previous promo recent
        recommend recommendations recommended related relatedposts similar taboola teaser teasers trending upsell
        verwandte""",
    "social": """addthis addtoany facebook follow instagram like likes linkedin pinterest share sharedaddy shariff
        sharing social twitter whatsapp""",
    "author": """auteur author authors autor bio byline categories category date info meta metadata postmeta published
        tag tags time""",
    "advertisement": """ad ads adsense adv advert advertisement advertising affiliate anzeige banner dfp pub publicidad
        sponsor sponsored werbung""",
    "form": """consent cookie cookies cta dialog form gdpr login modal newsletter onetrust overlay paywall popup
        register registration search signup subscribe subscription""",
    "foot": "bottom colophon copyright credits disclaimer foot footer impressum imprint legal",
    "media": """caption captions carousel credit figcaption figure gallery image images img photo photos player slider
        slideshow video wpcaption""",
}
FAR = 20.0
"""Steps to a kind that no element above has."""

_SLOTS = 1024
_HASHES, _KIND_OF = np.zeros(_SLOTS, np.uint32), np.zeros(_SLOTS, np.int64)
for _number, _words in enumerate(KINDS.values()):
    for _word in _words.split():
        _slot = hash_word(_word) % _SLOTS
        while _HASHES[_slot]:
            _slot = (_slot + 1) % _SLOTS
        _HASHES[_slot], _KIND_OF[_slot] = hash_word(_word), _number


@kernel
def kind_of(word: np.uint32) -> int:
    """The number of a word's kind in KINDS, by its hash; -1 where it has none."""
    slot = np.int64(word % np.uint32(_SLOTS))
    while _HASHES[slot] != 0:
        if _HASHES[slot] == word:
            return int(_KIND_OF[slot])
        slot = (slot + 1) % _SLOTS
    return -1


@kernel
def find_kinds(elements: np.ndarray, words: np.ndarray, steps: np.ndarray, count: np.ndarray) -> None:
    """Fill `steps` and `count` float32 [m, kinds]: how many elements up the nearest one lies that has a word of a kind
    (0: the element itself; FAR at most), and how many have, itself included.
    """
    for e in range(elements.shape[0]):
        up = elements[e, PARENT]
        for k in range(steps.shape[1]):
            steps[e, k] = min(steps[up, k] + np.float32(1), np.float32(FAR)) if up >= 0 else np.float32(FAR)
            count[e, k] = count[up, k] if up >= 0 else np.float32(0)
        last = elements[e + 1, WORDS] if e + 1 < elements.shape[0] else words.size
        for w in range(elements[e, WORDS], last):
            kind = kind_of(words[w])
            if kind >= 0 and steps[e, kind] > 0:
                steps[e, kind] = 0
                count[e, kind] += np.float32(1)
