"""Extraction in a child process: a page that hangs, crashes or eats memory costs that page alone.

Pages are sent ahead, so that the child never waits for its worker; outcomes come back in order. What was sent to a
child that ended is sent again to the next one, but for the page that ended it.
"""

import os
import pickle
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from types import TracebackType

from pipeline.errors import WinnowError
from pipeline.extract.child import FORK, LENGTH, WAIT
from pipeline.extract.options import ExtractOptions
from pipeline.extract.page import Outcome, Page

PAGES_AHEAD = 3
# A child that uses no CPU and says nothing is stuck in the kernel; this is not expected, and generous.
STALLED_FACTOR, STALLED_SECONDS = 10, 120
START_SECONDS = 180
_READ_BYTES = 1 << 18

_templates = threading.local()


class Sandbox:
    """Extracts pages in child processes. One a thread at a time; the template process outlives it for the next one."""

    def __init__(
        self, options: ExtractOptions, *, gate_languages: tuple[str, ...] = (), language_model: str = "lid.176"
    ) -> None:
        self._options = options
        self._template = _template(options, ",".join(gate_languages), language_model)
        self._child: _Child | None = None

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def extract(self, pages: Iterable[Page]) -> Iterator[Outcome]:
        """One outcome a page, in order. Reads at most PAGES_AHEAD pages ahead."""
        source = iter(pages)
        sent: deque[Page] = deque()
        more = True
        while more or sent:
            while more and len(sent) < PAGES_AHEAD:
                page = next(source, None)
                if page is None:
                    more = False
                    break
                sent.append(page)
                if self._child is not None:
                    self._child.send(page)
            if not sent:
                break
            if self._child is None:
                self._child = _Child(self._template)
                for page in sent:
                    self._child.send(page)
            yield self._next(sent)

    def _next(self, sent: deque[Page]) -> Outcome:
        """The outcome of the oldest page."""
        child = self._child
        assert child is not None
        answer = child.receive(STALLED_SECONDS + STALLED_FACTOR * self._options.cpu_seconds)
        if answer is None:
            outcome = _post_mortem(child.end(), self._options)
            self._child = None
        else:
            fields, last = answer
            outcome = Outcome(*fields)  # type: ignore[arg-type]
            if last:
                child.end()
                self._child = None
        sent.popleft()
        return outcome


def _post_mortem(status: int, options: ExtractOptions) -> Outcome:
    """What the end of a child says about the page it worked on."""
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if number == signal.SIGPROF:
        reason, detail = "extract_cpu_deadline", f"more than cpu_seconds {options.cpu_seconds:g} of CPU time"
    elif number:
        reason, detail = "extract_crashed", f"the extraction process was ended by {signal.Signals(number).name}"
    else:
        reason, detail = (
            "extract_crashed",
            f"the extraction process ended with code {os.waitstatus_to_exitcode(status)}",
        )
    return Outcome(None, "", "quarantine", reason, detail, 0, None)


class _Template:
    """The warm process that children are forked from."""

    def __init__(self, options: ExtractOptions, languages: str, model: str) -> None:
        ours, theirs = socket.socketpair()
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        # What this process can import, the template can, too.
        environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        program = "from pipeline.extract.child import main; main()"
        command = [sys.executable, "-c", program, str(theirs.fileno()), options.model_dump_json()]
        self.process = subprocess.Popen(
            [*command, languages, model],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            env=environment,
        )
        theirs.close()
        self.control = ours
        ours.settimeout(START_SECONDS)
        try:
            ready = ours.recv(1)
        except TimeoutError:
            ready = b""
        if ready != b"R":
            self.process.kill()
            raise WinnowError(f"the extraction process did not start (exit code {self.process.wait()})")

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def fork(self) -> tuple[int, socket.socket]:
        """A new child: its process id and the socket that it reads pages from."""
        ours, theirs = socket.socketpair()
        socket.send_fds(self.control, [FORK], [theirs.fileno()])
        theirs.close()
        return self._answer(), ours

    def wait(self, pid: int) -> int:
        """The wait status of a child that ended or is ending."""
        self.control.sendall(WAIT + LENGTH.pack(pid))
        return self._answer()

    def _answer(self) -> int:
        data = self.control.recv(LENGTH.size, socket.MSG_WAITALL)
        if len(data) < LENGTH.size:
            raise WinnowError("the extraction process ended; run the same command again")
        return int(LENGTH.unpack(data)[0])


def _template(options: ExtractOptions, languages: str, model: str) -> _Template:
    """This thread's template for these options: started once, because loading the libraries takes a second."""
    key = (os.getpid(), options, languages, model)
    found: _Template | None = getattr(_templates, "value", None)
    if found is None or _templates.key != key or not found.alive:
        if found is not None and _templates.key[0] == os.getpid():
            found.control.close()
            found.process.kill()
            found.process.wait()
        _templates.value, _templates.key = _Template(options, languages, model), key
    return _templates.value  # type: ignore[no-any-return]


class _Child:
    """A forked process, with what is on its way to it and back. Neither side ever waits for the other to read."""

    def __init__(self, template: _Template) -> None:
        self._template = template
        self.pid, self._socket = template.fork()
        self._socket.setblocking(False)
        self._out: deque[memoryview] = deque()
        self._in = bytearray()

    def send(self, page: Page) -> None:
        data = pickle.dumps((page.content, page.charset, page.url), protocol=pickle.HIGHEST_PROTOCOL)
        self._out.append(memoryview(LENGTH.pack(len(data)) + data))
        self._push()

    def _push(self) -> None:
        while self._out:
            try:
                count = self._socket.send(self._out[0])
            except BlockingIOError:
                return
            except OSError:  # it ended; receive finds out
                self._out.clear()
                return
            rest = self._out.popleft()[count:]
            if rest:
                self._out.appendleft(rest)

    def receive(self, timeout_seconds: float) -> tuple[tuple[object, ...], bool] | None:
        """The next answer, or None where the child ended, or was ended because nothing came for so long."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            if len(self._in) >= LENGTH.size:
                (length,) = LENGTH.unpack_from(self._in)
                if len(self._in) >= LENGTH.size + length:
                    data = bytes(self._in[LENGTH.size : LENGTH.size + length])
                    del self._in[: LENGTH.size + length]
                    return pickle.loads(data)  # type: ignore[no-any-return]
            wanted = select.POLLIN | (select.POLLOUT if self._out else 0)
            poll = select.poll()
            poll.register(self._socket, wanted)
            events = poll.poll(max(0.0, deadline - time.monotonic()) * 1000)
            if not events:
                os.kill(self.pid, signal.SIGKILL)
                return None
            if events[0][1] & select.POLLOUT:
                self._push()
            if events[0][1] & ~select.POLLOUT:
                try:
                    data = self._socket.recv(_READ_BYTES)
                except BlockingIOError:
                    continue
                except OSError:
                    return None
                if not data:
                    return None
                self._in += data

    def end(self) -> int:
        """Close and reap; returns the wait status."""
        self._socket.close()
        return self._template.wait(self.pid)
