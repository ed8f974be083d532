"""Extraction in a child process: a page that hangs, crashes or eats memory costs that page alone.

Pages are sent ahead, so that the child does not wait for its worker; outcomes come back in order. What was sent to a
child that ended is sent again to the next one, but for the page that ended it: a cheaper extractor tries that once.
"""

import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType

from pipeline.extract.channel import Child
from pipeline.extract.child import WALL_FACTOR
from pipeline.extract.fallback import after_another_try, cheaper, is_worth_another_try
from pipeline.extract.limits import beyond_limits
from pipeline.extract.options import ExtractOptions
from pipeline.extract.page import Outcome, Page, set_aside
from pipeline.extract.processes import End, Template, TemplateEnded, leave_template, take_template
from pipeline.extract.template import TemplateConfig

PAGES_AHEAD = 4
BYTES_AHEAD = 32 << 20
_ANSWERS_AHEAD = 64
# A page at the limits of bytes and elements needs 0.5 GB.
MAX_RESIDENT_BYTES = 2 << 30
RETIRE_BYTES = 256 << 20
# A crash may come from what earlier pages left behind: only a page that ends a fresh process, too, is set aside.
_ATTEMPTS = 2


@dataclass(slots=True)
class _Slot:
    page: Page
    outcome: Outcome | None
    attempts: int = 0


class Sandbox:
    """Extracts pages in child processes. Use from one thread at a time; starts nothing before the first page.

    `gate_languages` are those that the language gate lets pass, where `options.language_gate` is set.
    `extractor` names a function (`module:function`) to call in place of the method's, for experiments and tests, and
    `cheaper_extractor` one in place of the cheaper one's; without it, such a sandbox has none.
    """

    def __init__(
        self,
        options: ExtractOptions,
        *,
        gate_languages: tuple[str, ...] = (),
        language_model: str = "lid.176",
        extractor: str | None = None,
        cheaper_extractor: str | None = None,
        max_resident_bytes: int = MAX_RESIDENT_BYTES,
        retire_bytes: int = RETIRE_BYTES,
    ) -> None:
        self._options = options
        self._config = TemplateConfig(
            options=options,
            gate_languages=gate_languages if options.language_gate else (),
            language_model=str(language_model),
            extractor=extractor,
            max_resident_bytes=max_resident_bytes,
            retire_bytes=retire_bytes,
        )
        self._template: Template | None = None
        self._child: Child | None = None
        # Made when a page needs it.
        self._cheaper: Sandbox | None = None
        self._cheaper_options = cheaper(options) if extractor is None or cheaper_extractor is not None else None
        self._cheaper_extractor = cheaper_extractor

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child; the template waits for the next sandbox of this process."""
        if self._child is not None:
            self._child.close()
            self._child = None
        if self._template is not None:
            leave_template(self._template)
            self._template = None
        if self._cheaper is not None:
            self._cheaper.close()

    def extract(self, pages: Iterable[Page]) -> Iterator[Outcome]:
        """One outcome a page, in order; reads a few pages ahead. Raises WinnowError where no child can be started."""
        for page, outcome in self._extract_once(pages):
            yield self._try_again(page, outcome) if is_worth_another_try(outcome) else outcome

    def _try_again(self, page: Page, failed: Outcome) -> Outcome:
        if self._cheaper_options is None:
            return failed
        if self._cheaper is None:
            self._cheaper = Sandbox(
                self._cheaper_options,
                extractor=self._cheaper_extractor,
                max_resident_bytes=self._config.max_resident_bytes,
                retire_bytes=self._config.retire_bytes,
            )
        [(_, second)] = self._cheaper._extract_once([page])
        return after_another_try(failed, self._options.method, second, self._cheaper_options.method)

    def _extract_once(self, pages: Iterable[Page]) -> Iterator[tuple[Page, Outcome]]:
        source: Iterator[Page] | None = iter(pages)
        slots: deque[_Slot] = deque()
        try:
            while True:
                while source is not None and _has_room(slots):
                    page = next(source, None)
                    if page is None:
                        source = None
                        break
                    slots.append(self._admit(page))
                if not slots:
                    return
                while slots[0].outcome is None:
                    self._advance(slots)
                slot = slots.popleft()
                outcome = slot.outcome
                assert outcome is not None
                yield slot.page, outcome
        finally:
            if self._child is not None and any(slot.outcome is None for slot in slots):
                self._child.kill()  # the caller has gone away from pages that are under way
                self._child = None

    def _admit(self, page: Page) -> _Slot:
        slot = _Slot(page, beyond_limits(page.content, self._options))
        if slot.outcome is None and self._child is not None:
            self._child.send(page)
        return slot

    def _advance(self, slots: deque[_Slot]) -> None:
        """One more answer, or the end of a child."""
        oldest = slots[0]
        try:
            if self._child is None:
                self._child = self._start()
                for slot in slots:
                    if slot.outcome is None:
                        self._child.send(slot.page)
            answer = self._child.receive(2 * WALL_FACTOR * self._options.cpu_seconds)
            if answer is not None:
                last, *fields = answer
                oldest.outcome = Outcome(*fields)
                if last:
                    self._child.close()
                    self._child = None
                return
            assert self._template is not None
            end = self._template.end_of(self._child.number)
        except TemplateEnded:
            self._discard()
            oldest.attempts += 1
            if oldest.attempts >= _ATTEMPTS:
                raise
            return
        self._child.close()
        self._child = None
        oldest.attempts += 1
        found = _post_mortem(end, self._config)
        if found.reason in ("extract_cpu_deadline", "extract_wall_deadline") or oldest.attempts >= _ATTEMPTS:
            oldest.outcome = found

    def _start(self) -> Child:
        if self._template is None:
            self._template = take_template(self._config)
        return Child(self._template)

    def _discard(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None
        if self._template is not None:
            self._template.close()
            self._template = None


def _has_room(slots: deque[_Slot]) -> bool:
    waiting = [len(slot.page.content) for slot in slots if slot.outcome is None]
    return len(slots) < _ANSWERS_AHEAD and len(waiting) < PAGES_AHEAD and sum(waiting) < BYTES_AHEAD


def _post_mortem(end: End, config: TemplateConfig) -> Outcome:
    """What the end of a child says about the page it worked on."""
    code = os.waitstatus_to_exitcode(end.status)
    if end.heavy:
        limit = f"{config.max_resident_bytes / (1 << 30):.3g} GiB"
        return set_aside("extract_memory", f"the extraction process held more than {limit}")
    if code == -signal.SIGPROF:
        return set_aside("extract_cpu_deadline", f"more than cpu_seconds, {config.options.cpu_seconds:g} s of CPU time")
    if code == -signal.SIGALRM:
        return set_aside("extract_wall_deadline", "no end in sight, and the CPU time not used up")
    if -code in set(signal.Signals):
        return set_aside("extract_crashed", f"the extraction process was ended by {signal.Signals(-code).name}")
    return set_aside("extract_crashed", f"the extraction process ended with exit code {code}")
