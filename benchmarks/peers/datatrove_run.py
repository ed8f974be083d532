"""datatrove from WARC files to tokens; runs in the environment that `setup` makes, and imports nothing of ours.

    python datatrove_run.py --input FOLDER --out FOLDER --tokenizer FILE --language-model FILE [--all-languages]

The chain of datatrove's own FineWeb example without its lists of addresses: trafilatura (precision; by default at most
one second a page), lid.176, Gopher repetition and quality, C4 without terminal punctuation, MinHash 14 x 8 in four
stages, tokens. Every other number is datatrove's default. Documents stand in OUT/kept as JSON lines, tokens in
OUT/tokens.
"""

import argparse
import os
import shutil
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

from datatrove.executor import LocalPipelineExecutor
from datatrove.io import strip_protocol
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.dedup import (
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.filters import C4QualityFilter, GopherQualityFilter, GopherRepetitionFilter, LanguageFilter
from datatrove.pipeline.readers import JsonlReader, WarcReader
from datatrove.pipeline.tokens import DocumentTokenizer
from datatrove.pipeline.writers import JsonlWriter
from datatrove.utils.lid import FT176LID
from huggingface_hub import cached_assets_path

BUCKETS, HASHES_PER_BUCKET = 14, 8


def provide_language_model(file: Path) -> None:
    """Put the model where datatrove looks before it downloads one."""
    folder = cached_assets_path(library_name="datatrove", namespace="lid", subfolder="ft176")
    place = folder / strip_protocol(FT176LID.MODEL_URL).replace("/", "_")
    shutil.copyfile(file, place)
    Path(f"{place}.completed").touch()


def stages(args: argparse.Namespace) -> list[tuple[str, list[PipelineStep], int]]:
    """(name, steps, tasks) in order."""
    out, files = args.out, len(list(args.input.glob("*.warc.gz")))
    config = MinhashConfig(n_grams=5, num_buckets=BUCKETS, hashes_per_bucket=HASHES_PER_BUCKET)
    # Gopher's stop words are English: where other languages are wanted, its rule on them is off, here as there.
    stop_words = 0 if args.all_languages else 2
    extracted, kept = f"{out}/extracted", f"{out}/kept"
    return [
        (
            "extract",
            [
                WarcReader(str(args.input), glob_pattern="*.warc.gz"),
                Trafilatura(favour_precision=True),
                LanguageFilter(label_only=True) if args.all_languages else LanguageFilter("en"),
                GopherRepetitionFilter(),
                GopherQualityFilter(min_stop_words=stop_words),
                C4QualityFilter(filter_no_terminal_punct=False),
                JsonlWriter(extracted),
            ],
            files,
        ),
        ("signatures", [JsonlReader(extracted), MinhashDedupSignature(f"{out}/signatures", config)], files),
        ("buckets", [MinhashDedupBuckets(f"{out}/signatures", f"{out}/buckets", config=config)], BUCKETS),
        ("clusters", [MinhashDedupCluster(f"{out}/buckets", f"{out}/removed", config=config)], 1),
        ("deduplicate", [JsonlReader(extracted), MinhashDedupFilter(f"{out}/removed"), JsonlWriter(kept)], files),
        (
            "tokens",
            [JsonlReader(kept), DocumentTokenizer(f"{out}/tokens", str(args.tokenizer), eos_token="<|endoftext|>")],
            args.workers,
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--input", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--language-model", type=Path, required=True)
    parser.add_argument("--all-languages", action="store_true")
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    provide_language_model(args.language_model)
    for name, steps, tasks in stages(args):
        LocalPipelineExecutor(steps, tasks=tasks, workers=args.workers, logging_dir=f"{args.out}/logs/{name}").run()


if __name__ == "__main__":
    main()
