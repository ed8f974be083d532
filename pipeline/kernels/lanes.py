"""32 bytes in one step: how far the next byte of a set is, copying, and the first letters of a word as one number.

Numba has no vectors, so these are written in LLVM's own terms, which it turns into the widest instructions of the
machine; results are the same on all. What they read lies inside the array, whose size must be at least `LANES`.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

_intrinsic: Any = intrinsic  # a call has not the parameters that the function is written with
LANES = 32
_BYTE, _WORD = ir.IntType(8), ir.IntType(64)
_VECTOR, _MASK = ir.VectorType(_BYTE, LANES), ir.IntType(LANES)


def _pointer(context: Any, builder: Any, array: Any, value: Any, at: Any) -> Any:
    return builder.gep(context.make_array(array)(context, builder, value).data, [at])


def _size(context: Any, builder: Any, array: Any, value: Any) -> Any:
    return builder.extract_value(context.make_array(array)(context, builder, value).shape, 0)


def _smaller(builder: Any, a: Any, b: Any) -> Any:
    return builder.select(builder.icmp_signed("<", a, b), a, b)


def _same(byte: int) -> Any:
    return ir.Constant(_VECTOR, [byte] * LANES)


def _first(context: Any, builder: Any, array: Any, value: Any, at: Any, hits_of: Any) -> Any:
    """The place of the first hit from `at` on, at most `LANES`; near the end the last 32 bytes are read."""
    last = builder.sub(_size(context, builder, array, value), ir.Constant(_WORD, LANES))
    base = _smaller(builder, at, last)
    address = builder.bitcast(_pointer(context, builder, array, value, base), _VECTOR.as_pointer())
    hits = builder.bitcast(hits_of(builder.load(address, align=1)), _MASK)
    hits = builder.lshr(builder.zext(hits, _WORD), builder.sub(at, base))
    return builder.cttz(builder.or_(hits, ir.Constant(_WORD, 1 << LANES)), ir.Constant(ir.IntType(1), 0))


def distance_to(*ranges: tuple[int, int], twice: int | None = None) -> Any:
    """A function (data, at) of kernels: the bytes from `at` to the next one in any of the ranges (both ends included),
    at most 32, which also stands for none. Of `twice` the second in a row counts. `at` must lie in the array.
    """

    @_intrinsic
    def distance(_: Any, data: Any, at: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            def hits_of(lanes: Any) -> Any:
                hits = _same_mask(0)
                for low, high in ranges:
                    from_low = builder.sub(lanes, _same(low))
                    hits = builder.or_(hits, builder.icmp_unsigned("<=", from_low, _same(high - low)))
                if twice is not None:
                    one = builder.bitcast(builder.icmp_unsigned("==", lanes, _same(twice)), _MASK)
                    two = builder.and_(one, builder.shl(one, ir.Constant(_MASK, 1)))
                    hits = builder.or_(hits, builder.bitcast(two, hits.type))
                return hits

            return _first(context, builder, data, arguments[0], arguments[1], hits_of)

        return types.int64(data, types.int64), generate

    return distance


def _same_mask(bit: int) -> Any:
    return ir.Constant(ir.VectorType(ir.IntType(1), LANES), [bit] * LANES)


@_intrinsic
def distance_to_byte(_: Any, data: Any, at: Any, byte: Any) -> Any:
    """(data, at, byte): as `distance_to` for one byte that is known when it runs."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        def hits_of(lanes: Any) -> Any:
            one = builder.insert_element(
                ir.Constant(_VECTOR, ir.Undefined), arguments[2], ir.Constant(ir.IntType(32), 0)
            )
            mask = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
            return builder.icmp_unsigned("==", lanes, builder.shuffle_vector(one, one, mask))

        return _first(context, builder, data, arguments[0], arguments[1], hits_of)

    return types.int64(data, types.int64, types.uint8), generate


@_intrinsic
def copy_lanes(_: Any, out: Any, to: Any, data: Any, at: Any) -> Any:
    """(out, to, data, at): out[to:to + 32] = data[at:at + 32]; both must lie in the arrays."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source = _pointer(context, builder, data, arguments[2], arguments[3])
        target = _pointer(context, builder, out, arguments[0], arguments[1])
        lanes = builder.load(builder.bitcast(source, _VECTOR.as_pointer()), align=1)
        builder.store(lanes, builder.bitcast(target, _VECTOR.as_pointer()), align=1)
        return context.get_dummy_value()

    return types.void(out, types.int64, data, types.int64), generate


@_intrinsic
def fill_lanes(_: Any, out: Any, to: Any, byte: Any) -> Any:
    """(out, to, byte): out[to:to + 32] = byte; it must lie in the array."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        target = _pointer(context, builder, out, arguments[0], arguments[1])
        one = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), arguments[2], ir.Constant(ir.IntType(32), 0))
        mask = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        lanes = builder.shuffle_vector(one, one, mask)
        builder.store(lanes, builder.bitcast(target, _VECTOR.as_pointer()), align=1)
        return context.get_dummy_value()

    return types.void(out, types.int64, types.uint8), generate


@_intrinsic
def first_letters(_: Any, data: Any, at: Any, length: Any) -> Any:
    """(data, at, length): up to 8 bytes as one number, the first byte lowest, capitals of ASCII as small letters."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        def number(value: int) -> Any:
            return ir.Constant(_WORD, value)

        _, at, length = arguments
        last = builder.sub(_size(context, builder, data, arguments[0]), number(8))
        base = _smaller(builder, at, last)
        address = builder.bitcast(_pointer(context, builder, data, arguments[0], base), _WORD.as_pointer())
        word = builder.load(address, align=1)
        word = builder.lshr(word, builder.shl(builder.sub(at, base), number(3)))
        # Of fewer than 8 bytes the rest becomes 0; the shift is in two steps, since one by 64 has no meaning.
        cut = builder.shl(builder.sub(number(8), _smaller(builder, length, number(8))), number(2))
        word = builder.lshr(builder.lshr(builder.shl(builder.shl(word, cut), cut), cut), cut)
        ones = 0x0101010101010101
        seven = builder.and_(word, number(ones * 0x7F))
        is_letter = builder.xor(
            builder.add(seven, number(ones * (0x80 - 0x41))), builder.add(seven, number(ones * (0x7F - 0x5A)))
        )
        is_capital = builder.and_(builder.and_(is_letter, builder.not_(word)), number(ones * 0x80))
        return builder.or_(word, builder.lshr(is_capital, number(2)))

    return types.uint64(data, types.int64, types.int64), generate


def number_of(letters: str) -> np.uint64:
    """What `first_letters` gives for these."""
    return np.uint64(int.from_bytes(letters.encode()[:8], "little"))
