"""Benchmark text in training text: what to look for, where it is, and what the published methods do about it.

`benchmarks` and `layouts` read benchmark files, `index` turns their examples into one index of word n-grams, `scan`
finds those in documents; `gpt3` and `palm` are the methods.
"""
