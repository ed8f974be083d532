"""Extraction in the worker's own process: for a method whose kernels are ours and linear in the page.

No page is sent to a child, and none becomes a Python string before it is main text. What goes wrong all the same ends
the worker: the CPU timer of `cpu_seconds`, or a crash of compiled code. The driver starts another; a page that ended
two is tried by the cheaper extractor, in a child process.
"""

import signal
import threading
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np

from pipeline.extract.charset import to_utf8
from pipeline.extract.code_blocks import CodeBlock, code_blocks
from pipeline.extract.fallback import after_another_try, cheaper
from pipeline.extract.gate import LanguageGate, load_gate
from pipeline.extract.limits import beyond_limits
from pipeline.extract.options import ExtractOptions
from pipeline.extract.page import Outcome, Page, set_aside
from pipeline.extract.sandbox import Sandbox
from pipeline.extract.work import TITLE_MAX_CHARS, describe

if TYPE_CHECKING:
    from pipeline.kernels.html_blocks import Blocks

IN_PROCESS = frozenset({"learned"})
_WARM_PAGE = b"<title>A page</title><p>A paragraph of some words, <a href=/>a link</a>.<p>Another one."


class Inside:
    """The extractor of this process, as `Sandbox` is that of child processes. Use from the main thread."""

    def __init__(self, options: ExtractOptions, *, gate_languages: tuple[str, ...], language_model: str) -> None:
        self._options = options
        # Imported here: nobody loads kernels that no recipe names.
        from pipeline.extract import learned

        self._learned = learned
        gated = options.language_gate and gate_languages
        self._gate: LanguageGate | None = load_gate(gate_languages, language_model) if gated else None
        # Signals are the main thread's: Beam's workers, whose tasks run in others, have no deadline.
        self._timed = threading.current_thread() is threading.main_thread()

    def __enter__(self) -> "Inside":
        self._learned.extract(_WARM_PAGE, self._options)  # no page's time goes into compiling
        if self._timed:
            signal.signal(signal.SIGPROF, signal.SIG_DFL)  # ends the process
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._arm(0)

    def extract(self, pages: Iterable[Page]) -> Iterator[Outcome]:
        """One outcome a page, in order, each before the next page is taken."""
        for page in pages:
            if page.ended is None:
                yield self._outcome(page)
            else:
                self._arm(0)
                yield self._elsewhere(page, page.ended)

    def _outcome(self, page: Page) -> Outcome:
        options = self._options
        if limit := beyond_limits(page.content, options):
            return limit
        self._arm(options.cpu_seconds)
        content, charset = to_utf8(page.content, page.charset)
        try:
            blocks = self._learned.parse(np.frombuffer(content, np.uint8))
            if self._gate and (language := self._gate.of_utf8(blocks.text[blocks.title :].tobytes())):
                if page.checks_gate:
                    language = self._gate.checked(language, self._text(blocks))
                return Outcome(None, charset, "drop", "language_gate", language, 0, None)
            text = self._text(blocks)
            code: tuple[CodeBlock, ...] = ()
            if text is not None and self._learned.may_have_code(blocks):
                code = code_blocks(content.decode("utf-8", "replace"), text)
        except MemoryError:
            raise
        except Exception as error:  # whatever a page does to a kernel costs that page, and is on record
            self._arm(0)
            return self._tried_again(page, set_aside("extract_error", describe(error), charset))
        if text is None:
            return Outcome(None, charset, "drop", "no_main_text", "", 0, None)
        title = self._learned.title_of(blocks)
        return Outcome(text, charset, "keep", None, "", 0, title and title[:TITLE_MAX_CHARS], code)

    def _arm(self, seconds: float) -> None:
        if self._timed:
            signal.setitimer(signal.ITIMER_PROF, seconds)

    def _text(self, blocks: "Blocks") -> str | None:
        found = self._learned.main_text(blocks, self._options)
        return None if found is None else found.tobytes().decode("utf-8", "replace")

    def _elsewhere(self, page: Page, exit_code: int) -> Outcome:
        """The outcome of a page that ended two workers, the last one with `exit_code`."""
        if exit_code == -signal.SIGPROF:
            seconds = f"more than cpu_seconds, {self._options.cpu_seconds:g} s of CPU time"
            return self._tried_again(page, set_aside("extract_cpu_deadline", seconds))
        how = f"signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"
        return self._tried_again(page, set_aside("extract_crashed", f"the worker ended with {how}"))

    def _tried_again(self, page: Page, failed: Outcome) -> Outcome:
        options = cheaper(self._options)
        if options is None:
            return failed
        with Sandbox(options) as sandbox:
            [second] = sandbox.extract([page])
        return after_another_try(failed, self._options.method, second, options.method)
