"""Counting the coalitions of a weighted game exactly, by size and by member.

Everything rests on one table: of all coalitions of size s that weigh less than a
limit, how many contain player i.  Few players of any weight are counted by splitting
them into two halves; many players of moderate weight by a generating function whose
coefficients are kept modulo several numbers and put together at the end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from stancekit.errors import InputError

__all__ = ["MEMORY", "containing", "in_minimal_winning", "losing_members", "truth_table"]

Words = npt.NDArray[np.uint32]

#: Working memory that a count may take, in bytes, if no more is granted.
MEMORY = 2 << 30

#: Players that can be counted by halves, and by a table of all coalitions.
_MOST_HALVED = 46
_MOST_LISTED = 27

_BITS = 27  # of a modulus: leaves room for four doublings in 32 bits, and some
_ADDITIONS = 4
_BLOCK = 1 << 17  # words that are worked on at a time, so that they stay in the cache


def losing_members(
    weights: Sequence[int], limits: Sequence[int], memory: int = MEMORY
) -> tuple[list[int], list[list[int]]]:
    """How many coalitions of each size stay below a limit, in all and with each player.

    Parameters
    ----------
    weights : (n,) sequence of int
        0 or more.
    limits : (n + 1,) sequence of int
        For each size s, the weight that a coalition of s players must stay below.
    memory : int
        Bytes that may be used for it.

    Returns
    -------
    (list of int, list of list of int)
        For each size, the coalitions below its limit; for each player and size, those
        that contain the player.

    Raises
    ------
    InputError
        If neither way of counting is within reach.

    Examples
    --------
    Of 3, 2 and 1, coalitions that weigh less than 4:

    >>> losing_members([3, 2, 1], [4, 4, 4, 4])
    ([1, 3, 1, 0], [[0, 1, 0, 0], [0, 1, 1, 0], [0, 1, 1, 0]])
    """
    shared = math.gcd(*weights) or 1
    weights = [weight // shared for weight in weights]
    total = sum(weights)
    limits = [min(max(0, -(-limit // shared)), total + 1) for limit in limits]
    size = len(weights)
    if size <= _MOST_HALVED and _halved_cost(size) <= _dense_cost(weights, limits):
        return _by_halves(weights, limits)
    needed = _dense_bytes(weights, limits)
    if needed > memory:
        raise _beyond(f"{size} players with a total weight of {total}", needed, memory)
    return _by_sizes(weights, limits)


def containing(weights: Sequence[int], limit: int, memory: int = MEMORY) -> tuple[int, list[int]]:
    """How many coalitions of any size weigh less than ``limit``, in all and with each player.

    The same as `losing_members` summed over sizes, but the generating function needs
    no track of sizes, and so goes n times as far.

    Examples
    --------
    >>> containing([3, 2, 1], 4)
    (5, [1, 2, 2])
    """
    shared = math.gcd(*weights) or 1
    weights = [weight // shared for weight in weights]
    limit = min(max(0, -(-limit // shared)), sum(weights) + 1)
    size = len(weights)
    cost = 2 * (2 + size // _BITS) * limit * size
    if size <= _MOST_HALVED and _halved_cost(size) <= cost:
        by_size, members = _by_halves(weights, [limit] * (size + 1))
        return sum(by_size), [sum(counts) for counts in members]
    if 4 * limit > memory:
        raise _beyond(f"{size} players below a weight of {limit}", 4 * limit, memory)
    return _by_weight(weights, limit)


def _beyond(what: str, needed: int, memory: int) -> InputError:
    """What cannot be counted, how coarse the weights would have to be, and what memory it takes."""
    coarser = -(-needed // max(memory, 1))
    return InputError(
        f"{what}: counting takes {needed / 2**30:.1f} GiB, and {memory / 2**30:.1f} are allowed. "
        f"Coarser weights would fit, in a unit at least {coarser} times the one in which they are "
        "whole numbers now: power.rounded(weights, unit).majority(quota) is the rule with them, "
        f"and states the error. So would more memory, memory={needed}; and at most "
        f"{_MOST_HALVED} players of any weights (40 for Holler-Packel)"
    )


# --- few players: two halves -------------------------------------------------


def _halved_cost(size: int) -> float:
    return 2.0 ** ((size + 1) // 2) * (size + 1) * 60


def _by_halves(weights: Sequence[int], limits: Sequence[int]) -> tuple[list[int], list[list[int]]]:
    size = len(weights)
    order = sorted(range(size), key=lambda i: weights[i])
    sides = order[0::2], order[1::2]
    by_size = [0] * (size + 1)
    members = [[0] * (size + 1) for _ in weights]
    for this, that in (sides, sides[::-1]):
        counted = _half_counts([weights[i] for i in this], [weights[i] for i in that], limits)
        for total, (number, held) in enumerate(counted):
            if this is sides[0]:
                by_size[total] = number
            for player, count in zip(this, held, strict=True):
                members[player][total] = count
    return by_size, members


def _subsets(weights: Sequence[int]) -> tuple[npt.NDArray[np.generic], npt.NDArray[np.uint8]]:
    """Weight and size of every subset; bit i of the place says whether i is in it."""
    small = sum(weights) < 1 << 62
    sums = np.zeros(1, dtype=np.int64 if small else object)
    sizes = np.zeros(1, dtype=np.uint8)
    for weight in weights:
        sums = np.concatenate([sums, sums + weight])
        sizes = np.concatenate([sizes, sizes + 1])
    return sums, sizes


def _half_counts(
    here: Sequence[int], there: Sequence[int], limits: Sequence[int]
) -> list[tuple[int, list[int]]]:
    """For each total size: coalitions below the limit, and those with each player of ``here``."""
    sums, sizes = _subsets(here)
    other_sums, other_sizes = _subsets(there)
    if max(limits) >= 1 << 62:
        sums, other_sums = sums.astype(object), other_sums.astype(object)
    sorted_there = [np.sort(other_sums[other_sizes == s]) for s in range(len(there) + 1)]
    numbers = [0] * (len(here) + len(there) + 1)
    held = np.zeros((len(numbers), len(here)), dtype=np.int64)  # below 2**46
    places = np.arange(len(sums))
    for s in range(len(here) + 1):
        chosen = sizes == s
        mine, place = sums[chosen], places[chosen]
        for t, rest in enumerate(sorted_there):
            room = limits[s + t] - mine
            below = np.searchsorted(rest, room)  # partners that keep it under the limit
            numbers[s + t] += int(below.sum())
            for i in range(len(here)):
                held[s + t, i] += below[(place >> i) & 1 == 1].sum()
    return [(number, row.tolist()) for number, row in zip(numbers, held, strict=True)]


# --- many players: generating functions modulo several numbers ----------------


def _moduli(bound: int) -> list[int]:
    """Pairwise coprime numbers whose product exceeds ``bound``: 2**32, then some near 2**27."""
    found, product, next_try = [1 << 32], 1 << 32, (1 << _BITS) - 1
    while product <= bound:
        if math.gcd(next_try, product) == 1:
            found.append(next_try)
            product *= next_try
        next_try -= 2
    return found


def _reduce(words: Words, modulus: int) -> None:
    """Bring words back near the modulus 2**27 - c: the top bits count c times, in place."""
    if modulus >> 32:
        return  # 32-bit arithmetic is modulo 2**32 by itself
    top = np.empty(min(_BLOCK, len(words)), dtype=np.uint32)
    for start in range(0, len(words), _BLOCK):
        block = words[start : start + _BLOCK]
        over = top[: len(block)]
        np.right_shift(block, np.uint32(_BITS), out=over)
        block &= np.uint32((1 << _BITS) - 1)
        over *= np.uint32((1 << _BITS) - modulus)
        block += over


def _accumulate(words: Words, modulus: int) -> None:
    """Turn words into their running sums modulo a number, in place."""
    carried = np.uint64(0)
    for start in range(0, len(words), _BLOCK):
        sums = np.cumsum(words[start : start + _BLOCK], dtype=np.uint64)
        sums += carried
        sums %= np.uint64(modulus)
        carried = sums[-1]
        words[start : start + _BLOCK] = sums


def _joined(residues: Sequence[npt.NDArray[np.object_]], moduli: Sequence[int]) -> list[int]:
    """The numbers with these residues (Garner's way of the Chinese remainder theorem)."""
    whole, product = residues[0] % moduli[0], moduli[0]
    for residue, modulus in zip(residues[1:], moduli[1:], strict=True):
        step = (residue - whole) * pow(product, -1, modulus) % modulus
        whole, product = whole + product * step, product * modulus
    joined: list[int] = whole.tolist()
    return joined


def _rows_start(weights: Sequence[int], width: int) -> list[int]:
    """The least weight of s players, for every s that can stay below ``width``."""
    starts = [0]
    for weight in sorted(weights):
        if starts[-1] + weight >= width:
            break
        starts.append(starts[-1] + weight)
    return starts if width else []


def _dense_bytes(weights: Sequence[int], limits: Sequence[int]) -> int:
    width = max(limits)
    return 4 * sum(width - start for start in _rows_start(weights, width)) + 16 * width


def _dense_cost(weights: Sequence[int], limits: Sequence[int]) -> float:
    size = len(weights)
    cells = _dense_bytes(weights, limits) / 4
    return (1 + size // _BITS) * (cells * size / 2 + 3000.0 * size * size)


def _by_sizes(weights: Sequence[int], limits: Sequence[int]) -> tuple[list[int], list[list[int]]]:
    size, kinds = len(weights), sorted(set(weights))
    moduli = _moduli(math.comb(size, size // 2))
    found = [_sized_residues(weights, limits, kinds, modulus) for modulus in moduli]
    whole = _joined([all_.ravel() for all_, _ in found], moduli)
    flat = _joined([with_.ravel() for _, with_ in found], moduli)
    rows = {kind: flat[k * (size + 1) : (k + 1) * (size + 1)] for k, kind in enumerate(kinds)}
    return whole, [rows[weight] for weight in weights]


def _sized_residues(
    weights: Sequence[int], limits: Sequence[int], kinds: Sequence[int], modulus: int
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """``losing_members`` modulo one number, one row for each different weight."""
    size, width = len(weights), max(limits)
    starts = _rows_start(weights, width)
    rows = [np.zeros(width - start, dtype=np.uint32) for start in starts]
    if rows:
        rows[0][0] = 1
    heaviest = [0]  # sum of the s heaviest of the players so far
    for count, weight in enumerate(sorted(weights), start=1):
        for s in range(min(count, len(rows) - 1), 0, -1):
            stop = min(heaviest[s - 1] + 1, width - weight)  # beyond it there is nothing
            if stop > starts[s - 1]:
                source = rows[s - 1][: stop - starts[s - 1]]
                shift = starts[s - 1] + weight - starts[s]
                rows[s][shift : shift + len(source)] += source
        heaviest = [0] + [weight + most for most in heaviest]
        if count % _ADDITIONS == 0:
            for row, start, most in zip(rows, starts, heaviest, strict=False):
                _reduce(row[: max(0, most + 1 - start)], modulus)
    by_size = np.zeros(size + 1, dtype=np.int64)
    members = np.zeros((len(kinds), size + 1), dtype=np.int64)  # n residues stay below 2**63
    limit, kind = np.array(limits, dtype=np.int64), np.array(kinds, dtype=np.int64)
    for s, (row, start) in enumerate(zip(rows, starts, strict=True)):
        sums = np.cumsum(row, dtype=np.uint64)  # exact, or modulo 2**64 for the modulus 2**32
        if limits[s] > start:
            by_size[s] = int(sums[limits[s] - 1 - start]) % modulus
        # With player i: those without it, each with i added, in turn counted by sizes:
        # #(s, i) = sum over j >= 1 of (-1)^(j-1) #(size s - j, weight less by j w_i).
        times = np.arange(1, size - s + 1)
        points = limit[s + times] - 1 - times * kind[:, None] - start
        values = (sums[np.maximum(points, 0)] % np.uint64(modulus)).astype(np.int64)
        values[points < 0] = 0
        members[:, s + times] += np.where(times % 2 == 1, values, -values)
    return by_size.astype(object), members.astype(object)


def _add_shifted(row: Words, shift: int, stop: int) -> None:
    """Add the first ``stop`` words to those ``shift`` further on, the last first, in place."""
    for end in range(stop, 0, -_BLOCK):  # blocks not yet read are not yet changed
        start = max(0, end - _BLOCK)
        row[shift + start : shift + end] += row[start:end]


def _by_weight(weights: Sequence[int], limit: int) -> tuple[int, list[int]]:
    zeros = sum(weight == 0 for weight in weights)
    heavy = [weight for weight in weights if weight]
    kinds = sorted(set(heavy))
    moduli = _moduli(1 << len(heavy))
    found = []
    row = np.empty(limit, dtype=np.uint32)  # one for all moduli, so that only one is in memory
    for modulus in moduli:
        row.fill(0)
        row[:1] = 1
        reach = 0
        for count, weight in enumerate(sorted(heavy), start=1):
            stop = min(reach + 1, limit - weight)
            if stop > 0:
                _add_shifted(row, weight, stop)
            reach += weight
            if count % _ADDITIONS == 0:
                _reduce(row[: reach + 1], modulus)
        _accumulate(row, modulus)
        numbers = [int(row[-1]) if limit else 0]
        for kind in kinds:
            falling = row[::-1][kind::kind]  # below the limit less one, two, ... times w_i
            odd, even = falling[0::2].sum(dtype=np.int64), falling[1::2].sum(dtype=np.int64)
            numbers.append(int(odd) - int(even))
        found.append(np.array(numbers, dtype=object))
    whole, *members = _joined(found, moduli)
    with_ = dict(zip(kinds, members, strict=True))
    if zeros:  # a player of no weight is in half of all coalitions
        with_[0] = whole << (zeros - 1)
        return whole << zeros, [with_[w] << zeros if w else with_[0] for w in weights]
    return whole, [with_[weight] for weight in weights]


# --- minimal winning coalitions ------------------------------------------------


def in_minimal_winning(weights: Sequence[int], quota: int, memory: int = MEMORY) -> list[int]:
    """In how many minimal winning coalitions each player is.

    A winning coalition is minimal if it loses without its lightest member. Players are
    put in order of weight; the coalitions whose last member is j are the sets of earlier
    players that lose by at most the weight of j.

    Raises
    ------
    InputError
        If the count is out of reach.

    Examples
    --------
    Of 3, 2, 2 and 1 with quota 5: {3, 2}, {3, 2'} and {2, 2', 1}.

    >>> in_minimal_winning([3, 2, 2, 1], 5)
    [2, 2, 2, 1]
    """
    shared = math.gcd(*weights) or 1
    weights = [weight // shared for weight in weights]
    quota = -(-quota // shared)
    order = sorted(range(len(weights)), key=lambda i: -weights[i])
    heavy = [weights[i] for i in order if weights[i]]
    needed = 5 * (len(heavy) + 2) * quota
    if len(heavy) <= 20 or (len(heavy) <= 40 and needed > memory):
        found = _minimal_by_halves(heavy, quota)
    elif needed <= memory:
        found = _minimal_by_weight(heavy, quota)
    else:
        raise _beyond(f"{len(heavy)} players with a quota of {quota}", needed, memory)
    counts = [0] * len(weights)
    for player, count in zip(order, found, strict=False):  # those of no weight come last
        counts[player] = count
    return counts


def _minimal_by_halves(heavy: Sequence[int], quota: int) -> list[int]:
    found = [0] * len(heavy)
    for last, weight in enumerate(heavy):
        earlier = heavy[:last]
        sizes = last + 1
        above, members_above = _by_halves(earlier, [quota] * sizes)
        below, members_below = _by_halves(earlier, [max(0, quota - weight)] * sizes)
        found[last] += sum(above) - sum(below)
        for i in range(last):
            found[i] += sum(members_above[i]) - sum(members_below[i])
    return found


def _minimal_by_weight(heavy: Sequence[int], quota: int) -> list[int]:
    """Reverse accumulation: one pass for the sets of earlier players, one back for members."""
    size = len(heavy)
    bound, product, primes = math.comb(size, size // 2), 1, []
    candidate = (1 << 31) - 1
    while product <= bound:  # no two minimal coalitions contain one another (Sperner)
        if math.gcd(candidate, product) == 1:
            primes.append(candidate)
            product *= candidate
        candidate -= 2
    residues = []
    for modulus in primes:
        m = np.uint64(modulus)
        earlier = np.zeros((size + 1, quota), dtype=np.uint32)
        earlier[0, 0] = 1
        for j, weight in enumerate(heavy):
            row = earlier[j].astype(np.uint64)
            row[min(weight, quota) :] += earlier[j, : max(0, quota - weight)]
            earlier[j + 1] = row % m
        number = [0] * size
        share = np.zeros(quota, dtype=np.uint64)  # what a set of this weight goes on to count
        for j in range(size - 1, -1, -1):
            weight, row = heavy[j], earlier[j].astype(np.uint64)
            after = share[weight:].copy()
            number[j] += int((row[: len(after)] * after % m).sum())
            share[: len(after)] += after
            share %= m
            window = slice(max(0, quota - weight), quota)
            number[j] += int(row[window].sum())
            share[window] += np.uint64(1)
        residues.append(np.array(number, dtype=object))
    return _joined(residues, primes)


# --- any rule at all: a table of all coalitions -----------------------------------


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
