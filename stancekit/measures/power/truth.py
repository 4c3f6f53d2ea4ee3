"""Any rule at all: swings and minimal winning coalitions by a table of all coalitions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from stancekit.errors import InputError

__all__ = ["truth_table"]

#: Players whose coalitions can be listed one by one.
_MOST_LISTED = 27


def truth_table(
    size: int, winning: Sequence[Sequence[tuple[int, Sequence[int]]]]
) -> tuple[list[list[int]], list[int]]:
    """Swings by size and minimal winning coalitions of each player, by listing all coalitions.

    Parameters
    ----------
    size : int
        At most 27.
    winning : sequence of sequences of (quota, weights)
        A coalition wins if it meets every quota of some sequence.

    Returns
    -------
    (list of list of int, list of int)
        For each player and size s, the losing coalitions of s others that win with it;
        and the number of minimal winning coalitions it is in.

    Raises
    ------
    InputError
        If there are more players.

    Examples
    --------
    >>> truth_table(2, [[(1, (1, 1))]])
    ([[1, 0], [1, 0]], [1, 1])
    """
    if size > _MOST_LISTED:
        raise InputError(
            f"the coalitions of {size} players cannot be listed one by one; at most "
            f"{_MOST_LISTED} players are accepted"
        )
    wins = np.zeros(1 << size, dtype=bool)
    for clause in winning:
        met = np.ones(1 << size, dtype=bool)
        for quota, weights in clause:
            low, _ = _subsets(weights[:20])
            high, _ = _subsets(weights[20:])
            for block, base in enumerate(high):
                met[block * len(low) : (block + 1) * len(low)] &= low >= quota - base
        wins |= met
    _, sizes = _subsets([0] * size)
    minimal = wins.copy()
    swings = []
    for i in range(size):
        split = wins.reshape(-1, 2, 1 << i)
        swing = split[:, 1] & ~split[:, 0]
        swings.append(
            np.bincount(sizes.reshape(-1, 2, 1 << i)[:, 0][swing], minlength=size).tolist()
        )
        minimal.reshape(-1, 2, 1 << i)[:, 1] &= ~split[:, 0]
    members = [int(minimal.reshape(-1, 2, 1 << i)[:, 1].sum()) for i in range(size)]
    return swings, members


def _subsets(weights: Sequence[int]) -> tuple[npt.NDArray[np.generic], npt.NDArray[np.uint8]]:
    """Weight and size of every subset; bit i of the place says whether i is in it."""
    small = sum(weights) < 1 << 62
    sums = np.zeros(1, dtype=np.int64 if small else object)
    sizes = np.zeros(1, dtype=np.uint8)
    for weight in weights:
        sums = np.concatenate([sums, sums + weight])
        sizes = np.concatenate([sizes, sizes + 1])
    return sums, sizes
