"""Imported first by the command line, for its effect: numpy's BLAS starts a thread for each further core, which nothing
here uses. Parallelism is by process, and a process with one thread can be forked.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
