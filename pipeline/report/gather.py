"""OUT -> Figures: everything the report shows, counted from the written files."""

from typing import Any

from pipeline.report.against import read_against
from pipeline.report.contamination import read_contamination
from pipeline.report.documents import Documents, read_documents
from pipeline.report.figures import FORMAT, Figures, InputRow, SampleRow, SourceRow, Timing
from pipeline.report.files import Output
from pipeline.report.gate import read_gates
from pipeline.report.near import read_near
from pipeline.report.pii import read_pii
from pipeline.report.quality import read_quality
from pipeline.report.repeats import read_duplicates
from pipeline.report.samples import read_dropped
from pipeline.report.training import read_composition, read_mixture, read_shards
from pipeline.report.verdicts import Verdicts, read_verdicts
from pipeline.run import find_guards

MAX_INPUTS = 1_000


def gather(output: Output) -> Figures:
    """Read the files of OUT. Raises OutputMismatch for damaged files, ConservationError where counts disagree."""
    manifest = output.manifest
    documents = read_documents(output)
    verdicts = read_verdicts(output, documents.count)
    mixture = read_mixture(output)
    return Figures(
        format=FORMAT,
        recipe_name=manifest["recipe"]["name"],
        recipe_hash=manifest["recipe_hash"],
        seed=manifest["seed"],
        versions=manifest["versions"],
        guards=tuple(find_guards(manifest)),
        notes=mixture.notes if mixture else (),
        stage_order=verdicts.stage_order,
        sources=_sources(manifest, documents),
        stages=verdicts.stages,
        reasons=verdicts.reasons,
        quarantine_examples=verdicts.quarantine_examples,
        languages=documents.languages,
        dropped_languages=verdicts.dropped_languages,
        language_gates=read_gates(output, verdicts.stages),
        formats=documents.formats,
        code_blocks=documents.code_blocks,
        length_edges=documents.length_edges,
        lengths=documents.lengths,
        hosts=documents.hosts,
        hosts_complete=documents.hosts_complete,
        duplicates=read_duplicates(output),
        quality=read_quality(output),
        near_duplicates=read_near(output),
        against=read_against(output),
        contamination=read_contamination(output, verdicts.reasons),
        pii=read_pii(output),
        mixture=mixture,
        composition=read_composition(output),
        shards=read_shards(output),
        kept_samples=documents.samples,
        dropped_samples=_dropped_samples(output, verdicts),
        inputs=tuple(
            InputRow(entry["source"], entry["path"], entry["bytes"], entry["records"])
            for entry in manifest["inputs"][:MAX_INPUTS]
        ),
        timing=_timing(output),
    )


def _sources(manifest: dict[str, Any], documents: Documents) -> tuple[SourceRow, ...]:
    rows = []
    for name in manifest["ledger"]:
        files = [entry for entry in manifest["inputs"] if entry["source"] == name]
        sizes = [entry["bytes"] for entry in files]
        rows.append(
            SourceRow(
                source=name,
                reader=manifest["recipe"]["sources"][name]["reader"],
                files=len(files),
                bytes=None if None in sizes else sum(sizes),
                records=sum(entry["records"] for entry in files),
                documents=documents.count[name],
                chars=documents.chars[name],
            )
        )
    return tuple(rows)


def _dropped_samples(output: Output, verdicts: Verdicts) -> tuple[SampleRow, ...]:
    present = output.children("samples/")
    stages = [stage for stage in verdicts.stage_order if stage in present]
    return tuple(sample for stage in stages for sample in read_dropped(output, stage))


def _timing(output: Output) -> Timing | None:
    facts = output.json("run.json")
    if facts is None:
        return None
    return Timing(facts["seconds"], facts["driver"], facts["workers"], facts["stages"])
