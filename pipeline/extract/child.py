"""The processes behind the sandbox: a template that loads the libraries once, and the children it forks to extract
pages.

    worker --control socket--> template --fork--> child --page socket--> worker

A child is a fork of a warm template, so a new one costs milliseconds. Before each page it arms a CPU timer whose
signal has no handler: the kernel ends the process when the time is used up, also inside C code that never returns.
"""

import contextlib
import ctypes
import gc
import logging
import os
import pickle
import resource
import signal
import socket
import struct
import sys

from pipeline.extract.options import ExtractOptions
from pipeline.extract.page import Outcome, Page
from pipeline.extract.work import Extractor, extract_page, load_extractor

LENGTH = struct.Struct("<I")
FORK, WAIT = b"F", b"W"
# A child is replaced when it has grown by this much: libraries leak up to 1 MB a page.
RECYCLE_BYTES = 192 << 20
# Address space beyond the template's: a page that needs more is set aside.
MEMORY_BYTES = 4 << 30
_PR_SET_PDEATHSIG = 1
_WARM_PAGE = (
    "<html><body><article>"
    + "<p>A first page, so that later ones find everything loaded.</p>" * 12
    + "</article></body></html>"
)


def main() -> None:
    """Arguments: control socket, options, languages of the gate, language model. Serve as the template until the
    worker closes the control socket.
    """
    parent = os.getppid()
    die_with_parent()
    if os.getppid() != parent:
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.disable(logging.CRITICAL)
    control = socket.socket(fileno=int(sys.argv[1]))
    options = ExtractOptions.model_validate_json(sys.argv[2])
    gate = (frozenset(filter(None, sys.argv[3].split(","))), sys.argv[4])
    extractor = load_extractor(options.method)
    extract_page(Page(_WARM_PAGE.encode(), None, None), options, extractor, gate)
    gc.collect()
    gc.freeze()  # what is loaded stays shared between forks
    control.sendall(b"R")
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, 5, 1)
        if not request:
            return
        if request[:1] == FORK:
            pid = os.fork()
            if pid == 0:
                control.close()
                _serve(socket.socket(fileno=descriptors[0]), options, extractor, gate)
            os.close(descriptors[0])
            control.sendall(LENGTH.pack(pid))
        else:
            _, status = os.waitpid(LENGTH.unpack(request[1:])[0], 0)
            control.sendall(LENGTH.pack(status))


def die_with_parent() -> None:
    """Ask the kernel (Linux) to end this process with its parent."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _serve(
    pages: socket.socket, options: ExtractOptions, extractor: Extractor, gate: tuple[frozenset[str], str]
) -> None:
    """Extract pages until the socket closes; never returns."""
    die_with_parent()
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    size, resident = memory()
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY_BYTES, resource.RLIM_INFINITY))
    gc.disable()  # collected between pages instead
    stream = pages.makefile("rwb")
    count = 0
    while header := stream.read(LENGTH.size):
        page = Page(*pickle.loads(stream.read(LENGTH.unpack(header)[0])))
        signal.setitimer(signal.ITIMER_PROF, options.cpu_seconds)
        try:
            outcome = extract_page(page, options, extractor, gate)
        except MemoryError:
            outcome = Outcome(
                None, "", "quarantine", "extract_memory", f"needs more than {MEMORY_BYTES >> 30} GiB", 0, None
            )
        signal.setitimer(signal.ITIMER_PROF, 0)
        count += 1
        if count % 16 == 0:
            gc.collect()
        last = outcome.reason == "extract_memory" or memory()[1] > resident + RECYCLE_BYTES
        fields = (
            outcome.text,
            outcome.charset,
            outcome.verdict,
            outcome.reason,
            outcome.detail,
            outcome.replaced,
            outcome.title,
        )
        data = pickle.dumps((fields, last), protocol=pickle.HIGHEST_PROTOCOL)
        stream.write(LENGTH.pack(len(data)) + data)
        stream.flush()
        if last:
            break
    os._exit(0)


def memory() -> tuple[int, int]:
    """(address space, resident memory) of this process in bytes; zeros where the system does not say."""
    try:
        with open("/proc/self/statm", "rb") as file:
            size, resident = file.read().split()[:2]
    except OSError:
        return 0, 0
    return int(size) * resource.getpagesize(), int(resident) * resource.getpagesize()
