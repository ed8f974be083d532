"""The template process: loads the libraries once, forks an extraction process for each request, and watches over them.

    worker <--control socket--> template --fork--> child <--page socket--> worker

It has one thread, so that forking is safe whatever threads the worker has. It ends its children when they hold too
much memory, and itself when the worker is gone or has not asked for anything for a while.
"""

import gc
import logging
import os
import select
import signal
import socket
import struct
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module

from pydantic import BaseModel, ConfigDict

from pipeline.extract.child import resident_bytes, serve
from pipeline.extract.extractors import EXTRACTORS, Extractor
from pipeline.extract.gate import load_gate
from pipeline.extract.options import ExtractOptions
from pipeline.extract.page import Outcome, Page
from pipeline.extract.work import extract_page
from pipeline.lifetime import die_with_parent

REQUEST = struct.Struct("<cI")  # FORK (with a socket) or KILL, number of the child
FORK, KILL = b"F", b"K"
READY = b"R"
END = struct.Struct("<Ii?")  # number of the child, wait status, whether it was ended for its memory

_WATCH_SECONDS = 0.1
_PARENT_SECONDS = 1.0
_IDLE_SECONDS = 60.0
_WARM_PARAGRAPH = "<p>A first page, which is long enough for every part of the extractor to have a look at it.</p>"
_WARM_PAGE = f"<html><head><title>Warm</title></head><body><article>{_WARM_PARAGRAPH * 20}</article></body></html>"


class TemplateConfig(BaseModel):
    """What a template is made for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    options: ExtractOptions
    gate_languages: tuple[str, ...]
    language_model: str
    extractor: str | None
    """`module:function` in place of the method's extractor."""
    max_resident_bytes: int
    retire_bytes: int


Work = Callable[[Page], Outcome]


@dataclass(frozen=True, slots=True)
class _Forked:
    number: int
    heavy: bool


def main(control_descriptor: int, worker: int, config_json: str) -> None:
    """Serve `worker` (its process id) until it closes the control socket."""
    if os.getppid() != worker:
        return
    # Masks and ignored signals are inherited through exec; the timers need theirs.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the worker decides what Ctrl-C means
    logging.disable(logging.CRITICAL)  # libraries log what is wrong with each page
    warnings.simplefilter("ignore")
    control = socket.socket(fileno=control_descriptor)
    config = TemplateConfig.model_validate_json(config_json)
    work = partial(
        extract_page,
        options=config.options,
        extractor=_extractor(config),
        gate=load_gate(config.gate_languages, config.language_model) if config.gate_languages else None,
    )
    if config.extractor is None:
        work(Page(_WARM_PAGE.encode(), None, None))
    gc.collect()
    gc.freeze()  # what is loaded stays shared between forks, and is never scanned again
    control.sendall(READY)
    _Template(control, worker, config, work).run()


def _extractor(config: TemplateConfig) -> Extractor:
    if config.extractor is None:
        return EXTRACTORS[config.options.method]
    module, _, name = config.extractor.partition(":")
    found: Extractor = getattr(import_module(module), name)
    return found


class _Template:
    def __init__(
        self, control: socket.socket, worker: int, config: TemplateConfig, work: Callable[[Page], Outcome]
    ) -> None:
        self._control, self._worker, self._config, self._work = control, worker, config, work
        self._children: dict[int, _Forked] = {}
        self._wake_in, self._wake_out = socket.socketpair()
        for end in (self._wake_in, self._wake_out):
            end.setblocking(False)
        signal.set_wakeup_fd(self._wake_in.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)

    def run(self) -> None:
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(self._wake_out, select.POLLIN)
        idle_seconds = 0.0
        try:
            while idle_seconds < _IDLE_SECONDS:
                seconds = _WATCH_SECONDS if self._children else _PARENT_SECONDS
                ready = {descriptor for descriptor, _ in poll.poll(seconds * 1000)}
                idle_seconds = 0.0 if ready or self._children else idle_seconds + seconds
                if os.getppid() != self._worker:  # a copy of its socket may live on in another process
                    return
                if self._wake_out.fileno() in ready:
                    self._wake_out.recv(4096)
                self._reap()
                self._watch()
                if self._control.fileno() in ready and not self._serve_request():
                    return
        except (BrokenPipeError, ConnectionResetError):  # the worker closed without asking how the last child ended
            return
        finally:
            for pid in self._children:
                os.kill(pid, signal.SIGKILL)

    def _serve_request(self) -> bool:
        """False where the worker has closed its end."""
        request, descriptors, _, _ = socket.recv_fds(self._control, REQUEST.size, 1)
        if len(request) < REQUEST.size:
            return False
        kind, number = REQUEST.unpack(request)
        if kind == KILL:
            for pid, forked in self._children.items():
                if forked.number == number:
                    os.kill(pid, signal.SIGKILL)
            return True
        template = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._become_child(template, descriptors[0])
        os.close(descriptors[0])
        self._children[pid] = _Forked(number, heavy=False)
        return True

    def _become_child(self, template: int, descriptor: int) -> None:
        """Serve pages and end the process: never returns to the template's loop."""
        try:
            die_with_parent(template)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for inherited in (self._control, self._wake_in, self._wake_out):
                inherited.close()
            pages = socket.socket(fileno=descriptor)
            serve(pages, self._work, self._config.options.cpu_seconds, self._config.retire_bytes)
        except (BrokenPipeError, ConnectionResetError):  # the worker does not want the answer any more
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)

    def _watch(self) -> None:
        """End children that hold too much memory. A limit of the address space would not do: libraries catch the
        error and give an empty text.
        """
        for pid, forked in list(self._children.items()):
            if not forked.heavy and resident_bytes(pid) > self._config.max_resident_bytes:
                self._children[pid] = _Forked(forked.number, heavy=True)
                os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            forked = self._children.pop(pid)
            self._control.sendall(END.pack(forked.number, status, forked.heavy))
