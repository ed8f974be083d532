"""An extraction process: reads pages from a socket, answers each, until the socket closes or it has grown too large.

Before each page it arms two timers whose signals have no handler, so that the kernel ends the process when the CPU
time or the time is used up, also inside C code that never returns.
"""

import contextlib
import gc
import marshal
import resource
import signal
import socket
import struct
from collections.abc import Callable

from pipeline.extract.page import Outcome, Page

LENGTH = struct.Struct("<I")
# Time for a page that waits without using CPU, in CPU deadlines: longer than a busy machine stretches one.
WALL_FACTOR = 20
COLLECT_EVERY_PAGES = 32


def serve(pages: socket.socket, work: Callable[[Page], Outcome], cpu_seconds: float, retire_bytes: int) -> None:
    """Answer pages; returns when the socket closes, or after an answer that says it is the last one.

    The last one is sent once the process holds `retire_bytes` more than at the start: libraries leak up to 1 MB a
    page. Frames are LENGTH and a marshalled tuple: Page's fields in, (last, *Outcome's fields) out.
    """
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("500")  # where memory runs out, one page is to die, not the run
    gc.disable()
    limit = resident_bytes("self") + retire_bytes
    stream = pages.makefile("rwb")
    count = 0
    while header := stream.read(LENGTH.size):
        page = Page(*marshal.loads(stream.read(LENGTH.unpack(header)[0])))
        signal.setitimer(signal.ITIMER_REAL, WALL_FACTOR * cpu_seconds)
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        outcome = work(page)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        count += 1
        if count % COLLECT_EVERY_PAGES == 0:
            gc.collect()
        last = resident_bytes("self") > limit
        o = outcome
        answer = marshal.dumps((last, o.text, o.charset, o.verdict, o.reason, o.detail, o.replaced, o.title, o.code))
        stream.write(LENGTH.pack(len(answer)))
        stream.write(answer)
        stream.flush()
        if last:
            return


def resident_bytes(process: int | str) -> int:
    """Memory that a process holds; 0 where the system does not say, or where it is gone."""
    try:
        with open(f"/proc/{process}/statm", "rb", buffering=0) as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0
