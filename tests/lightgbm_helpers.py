"""Tests that train need LightGBM, which needs the OpenMP library."""

import pytest


def skip_without_lightgbm() -> None:
    try:
        import lightgbm  # noqa: F401
    except (ImportError, OSError) as error:
        pytest.skip(f"training needs lightgbm (extra `train`): {error}", allow_module_level=True)
