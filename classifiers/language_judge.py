"""How often a second opinion on languages is right, by itself, of texts that it was not trained on."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from classifiers.language_data import Texts, joined
from pipeline.kernels.symbols import string_buffers
from pipeline.tag.neighbours import Neighbours, Softmax

MOST_CONFUSIONS = 12


def judge(model: Neighbours, held_out: Texts) -> dict[str, Any]:
    """How many held-out texts the model alone gets right, by source; and by language, in the groups too."""
    sets = [(label, *item) for label in model.labels for item in sorted(held_out.get(label, {}).items())]
    rows = [(label, source, text) for label, source, texts in sets for text in texts]
    documents = [(label, source, text) for label, source, texts in sets for text in joined(texts)]
    return {
        "texts": _judged(model.whole, rows),
        "documents": _judged(model.whole, documents),
        "groups": [
            {"languages": list(group.labels), "texts": _judged(group, rows), "documents": _judged(group, documents)}
            for group in model.groups
        ],
    }


def _judged(model: Softmax, rows: Iterable[tuple[str, str, str]]) -> dict[str, Any]:
    mine = [row for row in rows if row[0] in model.labels]
    small = pc.utf8_lower(pa.array([text for _, _, text in mine], pa.string()))
    best = model.log_probabilities(*string_buffers(small)).argmax(axis=1).tolist() if mine else []
    found = [model.labels[number] for number in best]
    right: Counter[str] = Counter()
    of: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for (label, source, _), name in zip(mine, found, strict=True):
        of[source] += 1
        right[source] += label == name
        if label != name:
            wrong[f"{label} called {name}"] += 1
    return {
        "number": len(mine),
        "accuracy": round(sum(right.values()) / len(mine), 4) if mine else None,
        "right_by_source": {source: [right[source], of[source]] for source in sorted(of)},
        "confusions": dict(sorted(wrong.items(), key=lambda item: (-item[1], item[0]))[:MOST_CONFUSIONS]),
    }
