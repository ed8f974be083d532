"""budget.json, and `mixture` of a manifest, which is the same: the budget as it was planned from the token counts."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.mixture.budget import Budget
from pipeline.mixture.groups import By

BUDGET_FILE = "budget.json"


def budget_json(budget: Budget, by: By, copies: Mapping[str, Sequence[Any]]) -> bytes:
    """The bytes of budget.json. `copies`: how a group's tokens are divided by what its documents are worth, if so.

    Rows of sources are `sources`, each with its `source`; other rows are `groups`, each with its `group`.
    """
    name = "source" if by == "source" else "group"
    rows = []
    for row in budget.sources:
        facts = dataclasses.asdict(row)
        more = {"copies": list(copies[row.source])} if row.source in copies else {}
        rows.append({name: facts.pop("source"), **facts, **more})
    facts = {
        "by": by,
        "budget_tokens": budget.budget_tokens,
        "target_tokens": budget.target_tokens,
        "short": budget.short,
        "notes": list(budget.notes),
        f"{name}s": rows,
    }
    return json.dumps(facts, indent=1).encode()


def weighed_by(facts: Mapping[str, Any]) -> str:
    """What the mixture goes by: source, language or format. Versions without the choice wrote nothing."""
    return str(facts["by"]) if "by" in facts else "source"


def rows_of(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows, each with its name as `group`."""
    if weighed_by(facts) != "source":
        return list(facts["groups"])
    return [{"group": row["source"], **row} for row in facts["sources"]]
