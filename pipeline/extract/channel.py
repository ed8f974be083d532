"""The worker's end of an extraction process."""

import contextlib
import marshal
import select
import socket
import time
from collections import deque
from typing import Any

from pipeline.extract.child import LENGTH
from pipeline.extract.page import Page
from pipeline.extract.processes import Template

_READ_BYTES = 1 << 18


class Child:
    """An extraction process, with what is on its way to it and back. Neither side ever waits for the other to read."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self.number, self._socket = template.fork()
        self._socket.setblocking(False)
        self._out: deque[memoryview] = deque()
        self._in = bytearray()

    def send(self, page: Page) -> None:
        """Queue a page, and pass on what the socket takes."""
        data = marshal.dumps((page.content, page.charset, page.url, page.checks_gate))
        self._out.append(memoryview(LENGTH.pack(len(data))))
        self._out.append(memoryview(data))
        self._push()

    def receive(self, timeout_seconds: float) -> tuple[Any, ...] | None:
        """The next answer, or None where the process has ended; it is ended where nothing comes for so long."""
        deadline = time.monotonic() + timeout_seconds
        poll = select.poll()
        while True:
            if (answer := self._take()) is not None:
                return answer
            poll.register(self._socket, select.POLLIN | (select.POLLOUT if self._out else 0))
            events = poll.poll(max(0.0, deadline - time.monotonic()) * 1000)
            if not events:
                self._template.kill(self.number)
                deadline += timeout_seconds
                continue
            if events[0][1] & select.POLLOUT:
                self._push()
            if events[0][1] & ~select.POLLOUT:
                try:
                    data = self._socket.recv(_READ_BYTES)
                except ConnectionResetError:
                    return None
                if not data:
                    return None
                self._in += data

    def close(self) -> None:
        """Let it end: it is asked no more."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # seen also where a fork of this process holds a copy
        self._socket.close()

    def kill(self) -> None:
        """End it in the middle of a page."""
        self.close()
        self._template.kill(self.number)

    def _push(self) -> None:
        while self._out:
            try:
                sent = self._socket.send(self._out[0])
            except BlockingIOError:
                return
            except (BrokenPipeError, ConnectionResetError):  # it has ended; receive finds out
                self._out.clear()
                return
            rest = self._out.popleft()[sent:]
            if rest:
                self._out.appendleft(rest)

    def _take(self) -> tuple[Any, ...] | None:
        if len(self._in) < LENGTH.size:
            return None
        end = LENGTH.size + LENGTH.unpack_from(self._in)[0]
        if len(self._in) < end:
            return None
        answer: tuple[Any, ...] = marshal.loads(bytes(self._in[LENGTH.size : end]))
        del self._in[:end]
        return answer
