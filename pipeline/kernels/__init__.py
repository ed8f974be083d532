"""Numba kernels on Arrow buffers: int32 offsets and uint8 data, one pass each, single-threaded."""
