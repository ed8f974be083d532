"""A whole program in the clock: its wall time from start to end, and the CPU time of all processes that it started."""

import ctypes
import os
import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36  # prctl(2)


@dataclass(frozen=True)
class Spent:
    """Wall seconds and core-seconds of a program."""

    seconds: float
    core_seconds: float


def run_program(
    command: Sequence[str], log: Path, *, environment: Mapping[str, str] | None = None, fine: Sequence[int] = (0,)
) -> Spent:
    """Runs a program to its end; what it prints goes to `log`. Ends ours where its exit code is not in `fine`.

    Processes that outlive the one that started them (a fork server) become children of this one, so that their CPU time
    is counted too.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")
    before = _core_seconds()
    with log.open("wb") as out:
        started = time.monotonic()
        code = subprocess.Popen(command, stdout=out, stderr=out, env=_as_installed(environment or os.environ)).wait()
        seconds = time.monotonic() - started
    _wait_for_orphans()
    if code not in fine:
        raise SystemExit(f"{' '.join(command[:4])} ... ended with {code}:\n{log.read_text(errors='replace')[-2000:]}")
    return Spent(seconds, _core_seconds() - before)


def _as_installed(environment: Mapping[str, str]) -> dict[str, str]:
    """Python keeps the bytecode of what it imports, as it does where nobody told it not to."""
    return {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _core_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _wait_for_orphans(limit_seconds: float = 10.0) -> None:
    end = time.monotonic() + limit_seconds
    while time.monotonic() < end:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            time.sleep(0.05)
