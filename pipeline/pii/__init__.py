"""Personal data in text: e-mail addresses, public IP addresses, phone numbers, keys and tokens.

Rules alone, one module a kind: `pipeline.kernels.pii` nominates places, the kind's module decides, `masking` replaces.
What a kind is replaced by is one fixed text that its own rules leave alone, of a range reserved for examples (but for
keys, which have none): nothing of the data is left in it, not even a hash, and masking a masked text changes nothing.
"""

from pipeline.pii.masking import KINDS, REPLACEMENTS, Match, find, mask

__all__ = ["KINDS", "REPLACEMENTS", "Match", "find", "mask"]
