"""Gradient-boosted trees by LightGBM, turned into the integer steps that `pipeline.kernels.trees` evaluates.

LightGBM trains on features as the kernel sees them (upper 16 bits), so that no row can fall on the other side of a
threshold. Leaves are rounded to 1/scale of a log odds. LightGBM is needed for training alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.errors import WinnowError
from pipeline.kernels.trees import FIELDS, RESULT, Forest, forest, key

Float32Array = npt.NDArray[np.float32]

MAX_SCALE = 1 << 15
"""Of a log odds; smaller where a tree's leaves lie further apart than 16 bits hold at that scale."""

_LARGEST = (1 << 15) - 1


@dataclass(frozen=True, slots=True)
class Parameters:
    """LightGBM's settings by plain names. `threads` changes the time alone."""

    forests: int = 2  # trained with seeds of their own, and averaged
    trees: int = 240  # of each forest
    leaves: int = 31
    max_depth: int = 6
    learning_rate: float = 0.05
    feature_fraction: float = 0.4
    min_child_weight: float = 1.0  # sum of hessians; weights are brought to a mean of 1
    min_child_rows: int = 20
    l2: float = 1.0
    max_bin: int = 127
    seed: int = 0
    threads: int = 1


@dataclass(frozen=True)
class Boosted:
    """Trained trees: `score(forest, X) / scale` are log odds."""

    forest: Forest
    scale: int


def train(features: Float32Array, y: npt.NDArray[np.bool_], weight: Float32Array, chosen: Parameters) -> Boosted:
    """float32 [n, F], bool [n], float32 [n] -> trees that give the log odds of y; the same for the same arguments.

    Raises WinnowError where LightGBM is missing, or y has only one class.
    """
    seeds = [chosen.seed * chosen.forests + number for number in range(chosen.forests)]
    return convert([fit(features, y, weight, replace(chosen, seed=seed)) for seed in seeds])


def fit(features: Float32Array, y: npt.NDArray[np.bool_], weight: Float32Array, chosen: Parameters) -> Any:
    """One forest, as LightGBM's own Booster."""
    lightgbm = _lightgbm()
    if not 0 < np.count_nonzero(y) < len(y):
        raise WinnowError(
            f"training rows are all of one class ({len(y):,} rows): check that the gold fits the pages it is given with"
        )
    settings = {
        "objective": "binary",
        "num_leaves": chosen.leaves,
        "max_depth": chosen.max_depth,
        "learning_rate": chosen.learning_rate,
        "feature_fraction": chosen.feature_fraction,
        "min_sum_hessian_in_leaf": chosen.min_child_weight,
        "min_data_in_leaf": chosen.min_child_rows,
        "lambda_l2": chosen.l2,
        "max_bin": chosen.max_bin,
        "seed": chosen.seed & 0x7FFFFFFF,
        "num_threads": chosen.threads,
        "deterministic": True,
        "force_col_wise": True,
        "use_missing": False,
        "verbosity": -1,
    }
    mean = max(float(weight.mean(dtype=np.float64)), 1e-30)
    data = lightgbm.Dataset(rounded(features), y.astype(np.int8), weight=weight / np.float32(mean), params=settings)
    return lightgbm.train(settings, data, chosen.trees)


def rounded(features: Float32Array) -> Float32Array:
    """Features with the bits that the tree kernel looks at, as float32."""
    bits = np.ascontiguousarray(features, np.float32).view(np.uint32) & np.uint32(0xFFFF0000)
    return bits.view(np.float32)


def threshold_key(threshold: float) -> int:
    """The largest key of a number that is not above a threshold."""
    found = int(key(int(np.float32(threshold).view(np.int32))))
    high = found if found >= 0 else found ^ 0x7FFF
    value = np.array(high << 16, np.int64).astype(np.int32).view(np.float32)
    return found if float(value) <= threshold else found - 1


def convert(boosters: Sequence[Any]) -> Boosted:
    """The mean of LightGBM models of numerical splits, as steps (see `pipeline.kernels.trees`)."""
    trees = [tree["tree_structure"] for booster in boosters for tree in booster.dump_model()["tree_info"]]
    spread = max((max(leaves) - min(leaves) for leaves in map(_leaf_values, trees)), default=0.0) / len(boosters)
    scale = MAX_SCALE
    while scale * spread + 1 > _LARGEST:
        scale //= 2
    steps: list[tuple[int, ...]] = []
    base = 0
    part = scale / len(boosters)
    for tree in trees:
        if "split_feature" not in tree:  # a tree of one leaf
            base += round(tree["leaf_value"] * part)
            continue
        base += _write(tree, 0, part, steps)[1]
        steps[-1] = (*steps[-1][:-1], RESULT)
    table = np.zeros((len(steps), FIELDS), np.int16)
    table[:, :6] = np.array(steps, np.int64).reshape(-1, 6)
    return Boosted(forest(table, base), scale)


def _write(node: dict[str, Any], height: int, scale: float, steps: list[tuple[int, ...]]) -> tuple[int, int]:
    """Append a subtree's steps, with `height` slots in use.

    -> (slot of its sum, 0 for a leaf; value of its leftmost leaf).
    """
    if "split_feature" not in node:
        return 0, round(node["leaf_value"] * scale)
    if node["decision_type"] != "<=":
        raise ValueError(f"split of type {node['decision_type']!r}")
    left, right = node["left_child"], node["right_child"]
    if _slots(left) >= _slots(right):  # the needier one first: fewest slots are in use (Sethi and Ullman 1970)
        left_slot, left_base = _write(left, height, scale, steps)
        right_slot, right_base = _write(right, height + (left_slot > 0), scale, steps)
    else:
        right_slot, right_base = _write(right, height, scale, steps)
        left_slot, left_base = _write(left, height + (right_slot > 0), scale, steps)
    out = height + 1
    at = threshold_key(node["threshold"])
    steps.append((node["split_feature"], at, right_base - left_base, left_slot, right_slot, out))
    return out, left_base


def _slots(node: dict[str, Any]) -> int:
    """How many slots a subtree's evaluation needs."""
    if "split_feature" not in node:
        return 0
    left, right = _slots(node["left_child"]), _slots(node["right_child"])
    return max(left, right, 1) if left != right else left + 1


def _leaf_values(node: dict[str, Any]) -> list[float]:
    if "split_feature" not in node:
        return [node["leaf_value"]]
    return _leaf_values(node["left_child"]) + _leaf_values(node["right_child"])


def _lightgbm() -> ModuleType:
    try:
        import lightgbm
    except ImportError as error:
        raise WinnowError("training needs LightGBM: pip install 'winnow[train]'") from error
    except OSError as error:  # its shared library is there, but not what that one needs
        raise WinnowError(
            f"LightGBM cannot be loaded ({error}): install the OpenMP library (libgomp1 on Debian and Ubuntu)"
        ) from error
    return lightgbm
