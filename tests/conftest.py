"""Fixtures that several test files share."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from pipeline.few_imports import FINDER

sys.meta_path.remove(FINDER)  # the command does without pandas and scipy, some tests do not

# No test is timed: on a busy machine any example can take long.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and scorers beside the checkout; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("WINNOW_SHARED", Path(__file__).parents[2] / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no shared data at {folder} (set WINNOW_SHARED)")
    return folder
