"""The Monte Carlo test: where an observed statistic lies among draws from a null model."""

# ruff: noqa: PT028
# `test` is a statistical test: the empty `__test__` below tells pytest to collect none here.

from __future__ import annotations

import html
import math
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any, Protocol

import numpy as np
from attrs import asdict, evolve, field, frozen
from numpy.typing import ArrayLike, NDArray

from stancekit.arrays import array_key, held_real
from stancekit.chance import seed_of
from stancekit.errors import InputError

__all__ = ["Interval", "Null", "NullTest", "Start", "hub", "observed", "test"]

#: Lower and upper bound; equal where the value is known.
Interval = tuple[float, float]

__test__: dict[str, str] = {}

_NOTHING = (math.nan, math.nan)


class Null(Protocol):
    """A null model: draws one random version of a graph or table.

    >>> from stancekit.signed.nulls import shuffle_signs
    >>> null: Null = shuffle_signs
    """

    def __call__(self, graph: Any, /, *, rng: np.random.Generator) -> Any:
        """Draw one; the argument is left alone."""


#: Where the draws set out from: ``(data, null, rng) -> data``; `hub` or `observed`.
Start = Callable[[Any, Null, np.random.Generator], Any]


def hub(data: Any, null: Null, rng: np.random.Generator) -> Any:
    """Start every draw at one common draw: exact for a reversible chain, however slowly it mixes.

    >>> from stancekit.signed.graph import SignedGraph
    >>> from stancekit.signed.nulls import shuffle_signs
    >>> pair = SignedGraph.from_edges(3, [(0, 1, 1), (1, 2, -1)])
    >>> hub(pair, shuffle_signs, np.random.default_rng(3)).signs
    array([-1,  1], dtype=int8)
    """
    return null(data, rng=rng)


def observed(data: Any, null: Null, rng: np.random.Generator) -> Any:
    """Start every draw at the observed data: for nulls that read more of them than they keep.

    >>> observed("as it is", None, None)
    'as it is'
    """
    return data


def _bounds(value: Any) -> NDArray[np.float64]:
    return held_real(np.asarray(value, dtype=np.float64).reshape(-1, 2))


@frozen(kw_only=True, repr=False)
class NullTest:
    r"""Where the observed value lies among the draws; intervals where only bounds are known.

    Attributes
    ----------
    observed : (float, float)
        Bounds of the observed value, equal if it is a number; nan if it is undefined.
    values : (used, 2) float64 array
        The same of every draw, in order of its number.
    requested, used : int
        Draws asked for, and made before the rule ``stop`` ended the test.
    undefined : int
        Draws on which the statistic is undefined (nan or None).  They stay in the count, and
        could have lain on either side: each widens the p-values by 1 / (used + 1).
    stop : int or None
        The number of exceedances at which a tail was settled; see `test`.
    reason : str
        Why no more draws were made.

    Examples
    --------
    >>> made = NullTest(observed=(2.0, 2.0), values=[(0, 0), (1, 1), (2, 2)], requested=3,
    ...                 stop=None, reason="all draws made")
    >>> made
    NullTest(observed=2, draws=3, at_most=1, at_least=0.5, two_sided=1, z=1)
    """

    observed: Interval
    values: NDArray[np.float64] = field(eq=array_key, converter=_bounds)
    requested: int
    stop: int | None = None
    reason: str

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), **asdict(self, recurse=False)), ()

    @property
    def used(self) -> int:
        """Draws made."""
        return len(self.values)

    @property
    def undefined(self) -> int:
        """Draws without a value."""
        return int(np.isnan(self.values).any(axis=1).sum())

    @property
    def is_exact(self) -> bool:
        """Whether every draw and the observation are numbers, so that no interval is wider."""
        return bool(
            self.observed[0] == self.observed[1] and (self.values[:, 0] == self.values[:, 1]).all()
        )

    @property
    def at_most(self) -> Interval:
        """P-value of the lower tail: a value this low or lower, by chance alone."""
        return self._tail(-self.values[:, ::-1], (-self.observed[1], -self.observed[0]))

    @property
    def at_least(self) -> Interval:
        """P-value of the upper tail: a value this high or higher, by chance alone."""
        return self._tail(self.values, self.observed)

    @property
    def two_sided(self) -> Interval:
        """Twice the smaller tail, at most 1."""
        if math.isnan(self.observed[0]):
            return _NOTHING
        low, high = zip(self.at_most, self.at_least)
        return min(1.0, 2 * min(low)), min(1.0, 2 * min(high))

    def _tail(self, values: NDArray[np.float64], mark: Interval) -> Interval:
        if math.isnan(mark[0]):
            return _NOTHING
        lower, upper = values.T
        sure = lower >= mark[1]
        possible = (upper >= mark[0]) | np.isnan(values).any(axis=1)
        return _p_value(sure, self.stop), _p_value(possible, self.stop)

    @property
    def mean(self) -> Interval:
        """Mean of the draws that have a value; bounds."""
        defined = self._defined()
        if not len(defined):
            return _NOTHING
        low, high = defined.mean(axis=0).tolist()
        return low, high

    @property
    def z(self) -> Interval:
        r"""Effect size: distance of the observation from the mean, in standard deviations.

        Where only bounds are known, the true values lie within :math:`r_i` of the middle of each,
        so their standard deviation lies within :math:`\sqrt{\sum r_i^2 / (k - 1)}` of that of the
        middles.  nan where it cannot be told (no spread, fewer than two draws, a value
        without bound).
        """
        defined = self._defined()
        if len(defined) < 2 or not np.isfinite([*defined.ravel(), *self.observed]).all():
            return _NOTHING
        spread = float(defined.mean(axis=1).std(ddof=1))
        slack = math.sqrt(float(((np.diff(defined)[:, 0] / 2) ** 2).sum()) / (len(defined) - 1))
        if spread <= slack:
            return _NOTHING
        low, high = self.observed[0] - self.mean[1], self.observed[1] - self.mean[0]
        ends = [d / s for d in (low, high) for s in (spread - slack, spread + slack)]
        return min(ends), max(ends)

    @property
    def rank(self) -> Interval:
        """Effect size: share of draws below the observation less share above it, in [-1, 1]."""
        if not self.used or math.isnan(self.observed[0]):
            return _NOTHING
        lower, upper = self.values.T
        unknown = np.isnan(self.values).any(axis=1)
        low = (upper < self.observed[0]).sum() - ((upper > self.observed[0]) | unknown).sum()
        high = ((lower < self.observed[1]) | unknown).sum() - (lower > self.observed[1]).sum()
        return float(low) / self.used, float(high) / self.used

    def quantiles(self, shares: ArrayLike) -> NDArray[np.float64]:
        """Quantiles of the draws that have a value: (..., 2) bounds for each share in [0, 1].

        Raises
        ------
        InputError
            A share outside [0, 1].

        Examples
        --------
        >>> NullTest(observed=(0, 0), values=[(1, 1), (2, 2), (4, 5)], requested=3,
        ...          reason="all draws made").quantiles([0.5, 1.0])
        array([[2., 2.],
               [4., 5.]])
        """
        wanted = np.asarray(shares, dtype=np.float64)
        if not ((wanted >= 0) & (wanted <= 1)).all():
            raise InputError(f"shares={shares!r}; accepted are numbers in [0, 1]")
        defined = self._defined()
        if not len(defined):
            return np.full((*wanted.shape, 2), np.nan)
        return np.asarray(np.quantile(defined, wanted, axis=0), dtype=np.float64)

    def _defined(self) -> NDArray[np.float64]:
        defined: NDArray[np.float64] = self.values[~np.isnan(self.values).any(axis=1)]
        return defined

    def __repr__(self) -> str:
        parts = {
            "observed": _text(self.observed),
            "draws": str(self.used),
            "at_most": _text(self.at_most),
            "at_least": _text(self.at_least),
            "two_sided": _text(self.two_sided),
            "z": _text(self.z),
        }
        if self.undefined:
            parts["undefined"] = str(self.undefined)
        return f"NullTest({', '.join(f'{name}={text}' for name, text in parts.items())})"

    def _repr_html_(self) -> str:
        return f"<code>{html.escape(repr(self))}</code>"


def _text(bounds: Interval) -> str:
    low, high = bounds
    if low == high or math.isnan(low):
        return f"{low:.4g}"
    return f"[{low:.4g}, {high:.4g}]"


def _p_value(beyond: NDArray[np.bool_], stop: int | None) -> float:
    """(b + 1) / (k + 1), or h / l if the h-th exceedance came with draw number l."""
    if stop is not None:
        hits = np.flatnonzero(beyond)
        if len(hits) >= stop:
            return stop / (int(hits[stop - 1]) + 1)
    return (int(beyond.sum()) + 1) / (len(beyond) + 1)


def bounds(value: Any) -> Interval:
    """What a statistic returned, as bounds: a number, a pair, an object with both, or nothing."""
    if value is None:
        return _NOTHING
    if hasattr(value, "lower") and hasattr(value, "upper"):
        value = (value.lower, value.upper)
    try:
        pair = (value[0], value[1]) if np.ndim(value) == 1 and len(value) == 2 else (value, value)
        low, high = float(pair[0]), float(pair[1])
    except (TypeError, ValueError):
        raise InputError(
            f"the statistic returned {value!r}; accepted are a number, bounds (lower, upper), an "
            "object with .lower and .upper, and nan or None where it is undefined"
        ) from None
    if math.isnan(low) or math.isnan(high):
        return _NOTHING
    if low > high:
        raise InputError(
            f"the statistic returned bounds ({low}, {high}); accepted is lower <= upper"
        )
    return low, high


def _draws(
    statistic: Callable[[Any], Any],
    null: Null,
    data: Any,
    numbers: range,
    seeds: list[np.random.SeedSequence],
) -> list[Interval]:
    """What one worker does; at module level, so that it can be pickled."""
    out = []
    for number, seed in zip(numbers, seeds):
        try:
            out.append(bounds(statistic(null(data, rng=np.random.default_rng(seed)))))
        except Exception as error:
            error.add_note(f"in draw {number} of the null model")
            raise
    return out


def _waves(draws: int, stop: int | None) -> Iterator[list[range]]:
    """Draw numbers, wave by wave in chunks; one wave if nothing can end the test early."""
    done, size = 0, draws if stop is None else max(64, 4 * stop)
    while done < draws:
        end = min(draws, done + size)
        chunk = max(1, min(16, (end - done) // 64))
        yield [range(at, min(end, at + chunk)) for at in range(done, end, chunk)]
        done, size = end, 2 * size


def _settled(values: list[Interval], mark: Interval, stop: int) -> int | None:
    """Number of draws after which both tails have ``stop`` sure exceedances, if they have."""
    lower, upper = _bounds(values).T
    ends = []
    for beyond in (lower >= mark[1], upper <= mark[0]):
        hits = np.flatnonzero(beyond)
        if len(hits) < stop:
            return None
        ends.append(int(hits[stop - 1]) + 1)
    return max(ends)


def _seeds(rng: int | np.random.Generator) -> np.random.SeedSequence:
    if isinstance(rng, np.random.Generator):
        return np.random.SeedSequence(rng.integers(2**32, size=4).tolist())
    return np.random.SeedSequence(seed_of(rng))


def _whole(name: str, value: Any, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise InputError(f"{name}={value!r}; accepted is a whole number from {least}")
    return int(value)


def test(
    graph: Any,
    statistic: Callable[[Any], Any],
    null: Null,
    *,
    draws: int,
    rng: int | np.random.Generator = 0,
    executor: Executor | None = None,
    stop: int | None = None,
    start: Start = hub,
) -> NullTest:
    r"""Compare a statistic of a graph with what a null model makes of it.

    With :math:`b` of :math:`k` draws at least as large as the observation, the p-value of the
    upper tail is

    .. math:: p = \frac{b + 1}{k + 1},

    which is never 0 [1]_, counts ties as exceedances, and satisfies :math:`P(p \le a) \le a` under
    the null.  The lower tail is the same with "at least as small"; two-sided is twice the smaller.

    Parameters
    ----------
    graph : SignedGraph or any other data
        Given to the null, and to the statistic as it is.
    statistic : callable
        ``statistic(graph)`` returns a number, bounds ``(lower, upper)``, an object with ``.lower``
        and ``.upper`` (so `partition.frustration` serves as it is), or nan or None where it is
        undefined.  With bounds every p-value is an interval, which holds the p-value of the
        unknown numbers.
    null : callable
        ``null(graph, rng=generator)``; `shuffle_signs`, `exchange_signs`, `signed_rewire`, the
        model of `fit_signs`, the nulls of tables, or your own.
    draws : int
        Draws at most.  The smallest p-value is 1 / (draws + 1).
    rng : int or numpy.random.Generator
        Draw i has a generator of its own, from the i-th spawned seed, so that the result is the
        same to the last bit whatever the executor, its workers and the order of completion.
    executor : concurrent.futures.Executor, optional
        For processes, statistic and null have to pickle.  Without one, draws are made here.
    stop : int, optional
        Sequential test of Besag and Clifford [2]_: a tail is settled when this many draws (h) are
        beyond the observation, at draw l, with :math:`p = h / l`; a tail that never gets there has
        :math:`(b + 1) / (k + 1)`.  Valid at every level.  The test ends when both tails are
        settled: soon where nothing is unusual.  10 is a common choice.  Draws count in order of
        their number, so the end does not depend on the executor either.
    start : callable
        `hub` (default): all draws set out from one draw, made from the observation.  For a
        reversible chain observation and draws are then exchangeable, and p-values exact without
        any assumption on mixing (the parallel method of [3]_); all nulls here are of that kind, or
        do not depend on the start.  A null of your own that keeps less than it reads wants
        `observed`.

    Returns
    -------
    NullTest
        If the observation itself is undefined no draw is made, and the p-values are nan.

    Raises
    ------
    InputError
        On ``draws`` below 1, ``stop`` below 1, or a statistic that returns something else.  What
        the statistic itself raises comes through, with the number of the draw as a note.

    References
    ----------
    .. [1] Phipson, B. and Smyth, G. K. (2010). "Permutation p-values should never be zero".
       *Statistical Applications in Genetics and Molecular Biology* 9(1), article 39.
       doi:10.2202/1544-6115.1585
    .. [2] Besag, J. and Clifford, P. (1991). "Sequential Monte Carlo p-values". *Biometrika*
       78(2), 301-304. doi:10.1093/biomet/78.2.301
    .. [3] Besag, J. and Clifford, P. (1989). "Generalized Monte Carlo significance tests".
       *Biometrika* 76(4), 633-642. doi:10.1093/biomet/76.4.633

    Examples
    --------
    Two blocs of four states, friendly inside and hostile across: are so many balanced triangles
    chance, given who deals with whom and how many rivals each has?

    >>> from stancekit.signed import balance
    >>> from stancekit.signed.graph import SignedGraph
    >>> from stancekit.signed.nulls import exchange_signs
    >>> blocs = SignedGraph.from_edges(
    ...     8, [(u, v, 1 if u // 4 == v // 4 else -1) for v in range(8) for u in range(v)]
    ... )
    >>> def balanced(graph):
    ...     return balance.triangles(graph).balanced
    >>> found = test(blocs, balanced, exchange_signs, draws=99, rng=1)
    >>> found.observed, found.at_least
    ((56.0, 56.0), (0.01, 0.01))

    Nobody is there: every draw equals the observation, and nothing is unusual.

    >>> test(SignedGraph.from_edges(0, []), balanced, exchange_signs, draws=9).two_sided
    (1.0, 1.0)

    A share of balanced triangles where there are none is not known, and is not zero:

    >>> path = SignedGraph.from_edges(3, [(0, 1, 1), (1, 2, -1)])
    >>> test(path, lambda graph: float("nan"), exchange_signs, draws=9)
    NullTest(observed=nan, draws=0, at_most=nan, at_least=nan, two_sided=nan, z=nan)
    """
    for name, call in {"statistic": statistic, "null": null, "start": start}.items():
        if not callable(call):
            raise InputError(f"{name}={call!r}; accepted is a function")
    if executor is not None and not hasattr(executor, "submit"):
        raise InputError(f"executor={executor!r}; accepted is a concurrent.futures.Executor")
    draws = _whole("draws", draws, 1)
    stop = stop if stop is None else _whole("stop", stop, 1)
    first, *seeds = _seeds(rng).spawn(draws + 1)
    mark = bounds(statistic(graph))
    nothing = NullTest(
        observed=mark, values=[], requested=draws, stop=stop, reason="the observation is undefined"
    )
    if math.isnan(mark[0]):
        return nothing
    origin = start(graph, null, np.random.default_rng(first))
    values: list[Interval] = []
    for wave in _waves(draws, stop):
        jobs = [(statistic, null, origin, part, seeds[part.start : part.stop]) for part in wave]
        for found in _run(executor, jobs):
            values += found
        end = None if stop is None else _settled(values, mark, stop)
        if end is not None:
            reason = f"both tails reached {stop} exceedances"
            return evolve(nothing, values=values[:end], reason=reason)
    return evolve(nothing, values=values, reason="all draws made")


def _run(executor: Executor | None, jobs: list[tuple[Any, ...]]) -> Iterator[list[Interval]]:
    if executor is None:
        yield from (_draws(*job) for job in jobs)
        return
    futures: list[Future[list[Interval]]] = [executor.submit(_draws, *job) for job in jobs]
    try:
        yield from (future.result() for future in futures)
    finally:
        for future in futures:
            future.cancel()
