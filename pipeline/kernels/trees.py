"""Boosted trees over rows of features, evaluated without a branch: every node of every tree for 64 rows at a time.

A feature counts with the upper 16 bits of its float32: sign, exponent and 7 bits of mantissa (whole numbers to 256 are
exact), as an int16 key of the same order. A node is then one comparison, one addition and one selection in lanes of 16
bits, which every vector unit has. All nodes of a tree are evaluated, a row's path or not: with AVX2 that is .3 us a row
for 150 trees of 31 leaves, where eight rows walking down the trees side by side take 1.9.

A tree is a run of steps in postfix order, a node after its children. With x = key of the node's feature:

    slot[out] = slot[right] + add if x > threshold else slot[left]

Slot 0 stays 0 and stands for a leaf: leaves are told from one another by the sums of `add` alone, counted from the
tree's leftmost leaf, whose value is part of `Forest.base`. Sums are integers: the same in any order, on any processor.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from pipeline.kernels.compile import kernel

Float32Matrix = npt.NDArray[np.float32]
Int16Array = npt.NDArray[np.int16]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]

ROWS = 64  # evaluated at a time; measured against 32, 128 and 256
SLOTS = 32
RESULT = SLOTS - 1  # where the last step of a tree leaves its sum
FIELDS = 8
FEATURE, THRESHOLD, ADD, LEFT, RIGHT, OUT = range(6)  # columns of `Forest.steps`; the other two are 0


class Forest(NamedTuple):
    """An ensemble that is ready to score."""

    steps: Int16Array  # [nodes, FIELDS], C-contiguous, tree after tree
    ends: Int64Array  # [trees]: the step behind each tree's last one
    base: int  # the score of a row that goes left everywhere


def forest(steps: Int16Array, base: int) -> Forest:
    """Trees from their steps; the last step of each is the one that writes to RESULT."""
    own = np.ascontiguousarray(steps, np.int16).copy()
    return Forest(own, np.flatnonzero(own[:, OUT] == RESULT).astype(np.int64) + 1, int(base))


def is_sound(made: Forest, features: int) -> bool:
    """Whether scoring rows of so many features stays within its buffers."""
    steps = made.steps.astype(np.int64)
    if not len(made.ends) or made.ends[-1] != len(steps):
        return False
    known = (steps[:, FEATURE] >= 0) & (steps[:, FEATURE] < features)
    reads = (steps[:, LEFT : RIGHT + 1] >= 0).all(1) & (steps[:, LEFT : RIGHT + 1] < RESULT).all(1)
    writes = (steps[:, OUT] > 0) & (steps[:, OUT] < SLOTS)
    return bool((known & reads & writes).all())


@kernel
def key(bits: int) -> int:
    """float32 bits (int32) -> int16 key: x < y where key(x) < key(y). -0.0 has the key below that of 0.0."""
    high = bits >> 16
    return high if high >= 0 else high ^ 0x7FFF


def _typed_step(_context: Any, _at: Any, _slots: Any, _columns: Any) -> Any:
    """(address of a step, of the slots, of the columns of keys) -> None: one node for ROWS rows.

    In LLVM's own words, since loops over slices that may overlap are not compiled to vectors.
    """

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        at, slots, columns = arguments
        i16, i32, i64 = ir.IntType(16), ir.IntType(32), ir.IntType(64)
        lanes = ir.VectorType(i16, ROWS)

        def field(column: int) -> Any:
            return builder.load(builder.inttoptr(builder.add(at, i64(2 * column)), i16.as_pointer()), align=2)

        def lane_address(start: Any, column: int) -> Any:
            offset = builder.mul(builder.zext(field(column), i64), i64(2 * ROWS))
            return builder.inttoptr(builder.add(start, offset), lanes.as_pointer())

        def load(start: Any, column: int) -> Any:
            return builder.load(lane_address(start, column), align=32)

        def in_all_lanes(value: Any) -> Any:
            unset = ir.Constant(lanes, ir.Undefined)
            one = builder.insert_element(unset, value, i32(0))
            return builder.shuffle_vector(one, unset, ir.Constant(ir.VectorType(i32, ROWS), [0] * ROWS))

        goes_right = builder.icmp_signed(">", load(columns, FEATURE), in_all_lanes(field(THRESHOLD)))
        right = builder.add(load(slots, RIGHT), in_all_lanes(field(ADD)))
        builder.store(builder.select(goes_right, right, load(slots, LEFT)), lane_address(slots, OUT), align=32)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), generate


_step: Any = intrinsic(_typed_step)


@kernel
def _aligned(rows: int) -> Int16Array:
    """int16 [rows, ROWS] of zeros at an address that is a multiple of 64: vectors do not cross cache lines."""
    buffer = np.zeros(rows * ROWS + 32, np.int16)
    first = (64 - np.int64(buffer.ctypes.data) % 64) % 64 // 2
    return buffer[first : first + rows * ROWS].reshape(rows, ROWS)


@kernel
def score(made: Forest, features: Float32Matrix) -> Int32Array:
    """float32 [n, F], C-contiguous -> int32 [n]: the sum of each row's leaves, in the forest's own unit.

    F must be what `is_sound` was asked for.
    """
    n, width = features.shape
    scores = np.empty(n, np.int32)
    columns, slots, sums = _aligned(width), _aligned(SLOTS), np.empty(ROWS, np.int32)
    # Addresses are signed: numba makes a float of the sum of a signed and an unsigned number.
    first_step, slots_at = np.int64(made.steps.ctypes.data), np.int64(slots.ctypes.data)
    columns_at = np.int64(columns.ctypes.data)
    bits = features.view(np.int32)
    for start in range(0, n, ROWS):
        rows = min(ROWS, n - start)
        for row in range(rows):
            for column in range(width):
                columns[column, row] = key(bits[start + row, column])
        sums[:] = made.base
        at = first_step
        for tree in range(len(made.ends)):
            end = first_step + 2 * FIELDS * made.ends[tree]
            while at < end:
                _step(at, slots_at, columns_at)
                at += 2 * FIELDS
            for row in range(ROWS):
                sums[row] += slots[RESULT, row]
        scores[start : start + rows] = sums[:rows]
    return scores


def warm_up() -> None:
    score(forest(np.array([[0, 0, 1, 0, 0, RESULT, 0, 0]], np.int16), 0), np.zeros((1, 1), np.float32))
