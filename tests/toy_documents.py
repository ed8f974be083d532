"""A stand-in for everything before the deciding stages: documents given as texts, a list a part."""

from typing import Any

import pyarrow as pa

from pipeline.engine.graph import Graph, GraphBuilder
from pipeline.engine.task import TaskContext, run_task
from pipeline.ids import document_id
from pipeline.kernels.normalise import content_keys
from pipeline.planning.parts import Parts
from pipeline.stages.rules import RULED_DOCUMENT


def rules(builder: GraphBuilder, parts: list[tuple[str, list[str]]], *, repeat: int = 1) -> Parts:
    """A stage named `rules` whose part t holds the texts of parts[t] = (source, texts), `repeat` times."""
    shared = Parts([[source, task] for task, (source, _) in enumerate(parts)], [1] * len(parts))
    params: dict[str, Any] = {"parts": [[source, texts] for source, texts in parts], "repeat": repeat}
    builder.add("rules", "tests.toy_documents:write", tasks=len(parts), params=params)
    return shared


def write(ctx: TaskContext) -> None:
    """Documents as `rules` writes them, with as many columns as the stages after it read."""
    source, texts = ctx.params["parts"][ctx.task]
    texts = texts * ctx.params["repeat"]
    out = ctx.arrow(f"docs/{ctx.task:05d}.arrow", RULED_DOCUMENT)
    text = pa.array(texts, pa.string())
    known = {
        "id": pa.array([document_id(source, str(ctx.task), row) for row in range(len(texts))], pa.binary(16)),
        "text": text,
        "source": pa.array([source] * len(texts), pa.string()),
        "url": pa.array([f"https://site-{row % 7}.example/{row}" for row in range(len(texts))], pa.string()),
        "language": pa.array(["en"] * len(texts), pa.string()),
        "key": content_keys(text),
        "text_bytes": pa.array([len(value.encode()) for value in texts], pa.int64()),
    }
    columns = [known.get(field.name, pa.nulls(len(texts), field.type)) for field in RULED_DOCUMENT]
    if texts:
        out.write(pa.RecordBatch.from_arrays(columns, schema=RULED_DOCUMENT))


def run_all(graph: Graph) -> None:
    """Every task of every stage, in this process."""
    for stage in graph.stages:
        for task in range(stage.tasks):
            run_task(graph, stage, task)
