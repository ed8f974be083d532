"""The worker's side of template processes: starting them, asking them for children, keeping them for later."""

import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass

from pipeline.errors import WinnowError
from pipeline.extract.template import END, FORK, KILL, READY, REQUEST, TemplateConfig

START_SECONDS = 300.0
_END_SECONDS = 10.0
_KEPT_TEMPLATES = 2
_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from pipeline.extract.template import main; main(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])"
)


class TemplateEnded(WinnowError):
    """The template process is gone, and its children with it."""


@dataclass(frozen=True, slots=True)
class End:
    """How a child ended."""

    status: int
    """As from waitpid."""
    heavy: bool
    """It was ended because it held too much memory."""


class Template:
    """A running template process. Belongs to one sandbox at a time."""

    def __init__(self, config: TemplateConfig) -> None:
        self.config = config
        self.owner = os.getpid()
        self._control, theirs = _socket_pair()
        self._children = 0
        self._is_ready = False
        # Strings hash alike in every process, so that no set is ever walked in another order; numpy stays alone.
        environment = {**os.environ, "PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        arguments = [
            json.dumps([str(path) for path in sys.path]),
            str(theirs.fileno()),
            str(os.getpid()),
            config.model_dump_json(),
        ]
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _PROGRAM, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=None if _is_open(2) else subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=environment,
            )

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def fork(self) -> tuple[int, socket.socket]:
        """A new child: its number, and the socket to talk to it. Raises TemplateEnded."""
        if not self._is_ready:
            self._control.settimeout(START_SECONDS)
            if self._receive(len(READY)) != READY:
                raise TemplateEnded("the extraction process did not start; its message is in the log above")
            self._is_ready = True
        self._children += 1
        ours, theirs = _socket_pair()
        with theirs:
            try:
                socket.send_fds(self._control, [REQUEST.pack(FORK, self._children)], [theirs.fileno()])
            except OSError as error:
                ours.close()
                raise TemplateEnded(self._how_it_ended()) from error
        return self._children, ours

    def kill(self, child: int) -> None:
        """End a child, whatever it is doing."""
        try:
            self._control.sendall(REQUEST.pack(KILL, child))
        except OSError as error:
            raise TemplateEnded(self._how_it_ended()) from error

    def end_of(self, child: int) -> End:
        """Wait for the end of a child whose socket was closed from its side. Raises TemplateEnded."""
        while True:
            number, status, heavy = END.unpack(self._receive(END.size))
            if number == child:  # others retired, and nobody asks how they ended
                return End(status, heavy)

    def close(self) -> None:
        """End the process and its children."""
        if self.owner != os.getpid():  # a fork's copy: only the descriptor is its own
            self._control.close()
            return
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)  # seen also where a fork of this process holds a copy
        self._control.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _receive(self, size: int) -> bytes:
        try:
            data = self._control.recv(size, socket.MSG_WAITALL)
        except OSError as error:
            raise TemplateEnded(self._how_it_ended()) from error
        if len(data) < size:
            raise TemplateEnded(self._how_it_ended())
        return data

    def _how_it_ended(self) -> str:
        return f"the extraction process ended (status {self._process.poll()}); its message, if any, is in the log above"


_idle: dict[TemplateConfig, Template] = {}
_idle_lock = threading.Lock()


def take_template(config: TemplateConfig) -> Template:
    """A template that an earlier sandbox of this process has left, or a new one, which takes a second to load."""
    with _idle_lock:
        template = _idle.pop(config, None)
    if template is not None and template.alive:
        return template
    if template is not None:
        template.close()
    return Template(config)


def leave_template(template: Template) -> None:
    """Keep a template without work for the next sandbox; it ends by itself when none comes for a while."""
    surplus: list[Template] = []
    with _idle_lock:
        if template.config in _idle:
            surplus.append(template)
        else:
            _idle[template.config] = template
            while len(_idle) > _KEPT_TEMPLATES:
                surplus.append(_idle.pop(next(iter(_idle))))
    for other in surplus:
        other.close()


@atexit.register
def close_templates() -> None:
    """End the templates that wait for a sandbox."""
    with _idle_lock:
        templates = list(_idle.values())
        _idle.clear()
    for template in templates:
        template.close()


def _forget_templates() -> None:
    """In a fork of this process: they are the parent's, and must see its end of their sockets close."""
    global _idle_lock
    _idle_lock = threading.Lock()
    for template in _idle.values():
        template.close()
    _idle.clear()


os.register_at_fork(after_in_child=_forget_templates)


def _socket_pair() -> tuple[socket.socket, socket.socket]:
    """A pair with descriptors above 2: where standard input is closed, 0 is free, and a new process would reopen it."""
    ends = socket.socketpair()
    if all(end.fileno() > 2 for end in ends):
        return ends
    import fcntl

    moved = [socket.socket(fileno=fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 3)) for end in ends]
    for end in ends:
        end.close()
    return moved[0], moved[1]


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True
