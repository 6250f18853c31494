"""Who meets whom: from customers under their keys to pairs, for millions of keys at once.

A block is all customers under one key. Everything is whole columns of numpy; nothing is asked per customer.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
KIND_BITS = 3


def mark_key(customer: int, kind: int) -> int:
    """Customer and kind of key as one number; numbers of one key stand in the order of customers."""
    return customer << KIND_BITS | kind


def split_marks(marks: Ints) -> tuple[Ints, Ints]:
    """Customers and kinds of ``marks``."""
    return marks >> KIND_BITS, marks & ((1 << KIND_BITS) - 1)


def sort_keys(keys: Ints, marks: Ints) -> tuple[Ints, Ints]:
    """Keys with their marks in order, each once."""
    order = np.lexsort((marks, keys))
    keys, marks = keys[order], marks[order]
    is_new = np.ones(len(keys), dtype=bool)
    is_new[1:] = (keys[1:] != keys[:-1]) | (marks[1:] != marks[:-1])
    return keys[is_new], marks[is_new]


def pair_blocks(keys: Ints, marks: Ints, biggest: Sequence[int]) -> Ints:
    """Pairs of customers who share a key, as rows ``(one, other, bit of the kind)`` with the lower id first.

    ``keys`` and ``marks`` come sorted. A block of kind ``k`` with more than ``biggest[k]`` customers says nothing.
    """
    if not len(keys):
        return np.zeros((0, 3), dtype=np.int64)
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    sizes = np.diff(np.append(starts, len(keys)))
    customers, kinds = split_marks(marks)
    is_told = (sizes > 1) & (sizes <= np.asarray(biggest)[kinds[starts]])
    pairs = [np.zeros((0, 3), dtype=np.int64)]
    for size in np.unique(sizes[is_told]):
        first = starts[is_told & (sizes == size)]
        members = customers[first[:, None] + np.arange(size)]
        one, other = np.triu_indices(size, 1)
        bits = np.repeat(1 << kinds[first], len(one))
        pairs.append(np.column_stack((members[:, one].ravel(), members[:, other].ravel(), bits)))
    return np.concatenate(pairs)


def merge_pairs(pairs: Ints) -> Ints:
    """Each pair once, with the bits of all the kinds of keys it shares, in order."""
    if not len(pairs):
        return pairs
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    is_new = np.concatenate(([True], (pairs[1:, :2] != pairs[:-1, :2]).any(axis=1)))
    starts = np.flatnonzero(is_new)
    merged = pairs[starts]
    merged[:, 2] = np.bitwise_or.reduceat(pairs[:, 2], starts)
    return merged
