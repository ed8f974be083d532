"""The sampled texts of what each stage dropped: a bounded number a reason, the same for any order of files."""

from pipeline.report.figures import SampleRow
from pipeline.report.files import Output

SAMPLES_PER_REASON = 4  # over all sources
MAX_CHARS = 1_500


def shown(text: str) -> tuple[str, bool]:
    """The part of a text that a report shows, and whether there is more."""
    return text[:MAX_CHARS], len(text) > MAX_CHARS


def read_dropped(
    output: Output, stage: str, limit: int = SAMPLES_PER_REASON, source: str | None = None
) -> list[SampleRow]:
    """Samples of what a stage did not keep: of each reason the `limit` with the smallest ids, by reason and id; of all
    sources or of one.

    Ids are hashes, so this is a draw that does not depend on how the input was divided into tasks.
    """
    held: dict[str, list[SampleRow]] = {}
    for name in output.names(f"samples/{stage}/"):
        for table in output.row_groups(name, ["id", "source", "url", "verdict", "reason", "score", "text"]):
            for row in table.to_pylist():
                if row["verdict"] == "keep" or source not in (None, row["source"]):
                    continue
                found = held.setdefault(row["reason"], [])
                if len(found) == limit and row["id"] >= found[-1].id:
                    continue
                text, cut_short = shown(row["text"])
                found.append(
                    SampleRow(
                        row["id"], stage, row["source"], row["url"], row["verdict"], row["reason"], row["score"], text,
                        cut_short,
                    )
                )  # fmt: skip
                found.sort(key=lambda sample: sample.id)
                del found[limit:]
    return [sample for reason in sorted(held) for sample in held[reason]]
