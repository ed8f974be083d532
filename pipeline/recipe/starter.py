"""The recipe that `winnow init` starts a project with."""

_STARTER = """\
# A first recipe: web pages from WARC files, cleaned by published rules, into token shards.
# Run it with:  winnow run recipe.yaml --out out
# Look first:   winnow plan recipe.yaml
# Every key is checked; what is left out is not done.

name: my-corpus
seed: 1                                  # the same recipe, inputs and seed give the same bytes

sources:
  web:
    reader: warc                         # warc arc wet jsonl parquet text
    paths: ["crawl/*.warc.gz"]           # relative to this file; ** for folders; https:// and s3:// work too
    extract: {method: trafilatura}       # or learned: 27 times faster; resiliparse; union
    # Rules in FineWeb's order. Give parameters like this: - gopher_quality: {min_words: 30}
    filters:
      - gopher_repetition
      - gopher_quality
      - c4: {terminal_punctuation: false}
      - fineweb
    # A classifier, trained on documents of this recipe, may decide as well (here GPT-3's rule):
    # quality: {model: {train: {positive: [notes], negative: [web]}}, policy: pareto, alpha: 9}
  # A second source is one more name:
  # notes:
  #   reader: jsonl
  #   paths: ["notes/*.jsonl.gz"]

languages: {model: lid.176, keep: [en], min_score: 0.65}

dedup:
  exact: true                            # of equal texts one stays
  # of texts that share enough word 5-grams, too; FineWeb's bands nominate pairs, their exact similarity decides
  minhash: {ngram: 5, bands: 14, rows: 8, threshold: 0.8}
  prefer: [web]                          # whose copy stays, first first

# Benchmark text in the documents: cut as in GPT-3, or measured as in PaLM.
# contamination: {benchmarks: ["benchmarks/*.jsonl"], methods: {gpt3: cut, palm: measure}}

# Personal data in what stays: replaced by rule, or counted (measure).
# pii: {email: mask, ip: mask, phone: mask, keys: mask}

# From here on: tokens. Without these three parts a run ends with documents.
mixture:
  budget_tokens: 10_000_000
  weights: {web: 1.0}                    # shares of tokens; every source is named, 0 leaves it out; they sum to 1
  # by: language                         # or format: weights name these, such as {en: 0.7, de: 0.2, other: 0.1}
  max_epochs: 4                          # up to 4 repeats cost little (Muennighoff et al. 2023)
  validation: 0.005                      # share of documents held out

tokenizer:
  train: {vocab_size: 16384}             # or {path: tokenizer.json}

shards: {seq_len_tokens: 2048, count: 4} # shard ends may lose up to 1 % of the budget, so no more than 48 here
"""


def init_recipe() -> str:
    """A commented recipe to start from, as YAML text."""
    return _STARTER
