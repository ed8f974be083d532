"""The quality classifier on real text: reference corpora against crawl pages."""

import json
from pathlib import Path

import pytest

from pipeline.engine import storage
from pipeline.engine.task import run_task
from pipeline.recipe import loads
from pipeline.run import make_plan
from pipeline.train import up_to

RECIPE = """
name: real
seed: 3
sources:
  web:
    reader: warc
    paths: [{data}/warc/common-crawl-2008-arc.warc.gz, {data}/warc/common-crawl-hplt-sample.warc.gz]
    extract: {{method: resiliparse}}
    quality:
      model: {{train: {{positive: [wikipedia, textbook, prose], negative: [web]}}}}
  wikipedia: {{reader: jsonl, paths: [{data}/reference/wikipedia-plain-demo.jsonl.gz]}}
  textbook: {{reader: jsonl, paths: [{data}/reference/openstax-astronomy.jsonl.gz]}}
  prose: {{reader: jsonl, paths: [{data}/reference/brown.jsonl.gz]}}
"""


@pytest.mark.slow
def test_reference_text_is_told_from_crawl_pages(shared: Path, tmp_path: Path) -> None:
    graph = make_plan(loads(RECIPE.format(data=shared / "data")), str(tmp_path)).graph
    for stage in up_to(graph, "quality_train.web").stages:
        for task in range(stage.tasks):
            run_task(graph, stage, task)
    card = json.loads(storage.read_bytes(graph.work("quality_train.web", "public/quality/web/card.json")))
    assert card["auc"] >= 0.95
    assert card["split"]["by_source"]["web"] == "host"
    assert card["split"]["held_out"]["positive"] > 80
    assert card["split"]["held_out"]["negative"] > 20
    assert card["precision_at_half"] > 0.9
    assert card["recall_at_half"] > 0.9
