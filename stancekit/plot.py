"""Pictures: a series with its bands, camps over time, the spread of draws, against chance."""

from __future__ import annotations

import datetime
import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from stancekit.ensembles import Completion, Draws, Series
from stancekit.errors import InputError, MissingExtraError
from stancekit.signed.nulls import NullTest

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from stancekit.measures.consistency import Alignment

__all__ = ["against_chance", "camps", "draws", "p_values", "series"]

#: Colours that stay apart for most readers with a colour vision deficiency (Okabe and Ito).
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")


def _axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    """The axes given, or new ones."""
    if ax is not None:
        return ax
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError("pictures", "matplotlib", extra="plot") from None
    # a figure of its own, which no global state keeps
    return Figure(figsize=size, layout="constrained").subplots()


def _chosen(names: Iterable[str] | None, known: Sequence[str]) -> list[str]:
    if names is None:
        return list(known)
    asked = list(names)
    for name in asked:
        if name not in known:
            raise InputError(f"there is no {name!r} to draw; there are {', '.join(known)}")
    return asked


def _on_dates(ax: Axes) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator()  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def series(
    found: Series,
    *,
    names: Iterable[str] | None = None,
    labels: Mapping[str, str] | None = None,
    bands: Draws | None = None,
    share: float = 0.9,
    ranges: Mapping[str, Sequence[Completion]] | None = None,
    moves: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw a series over time, with what is not sure as bands behind it.

    Lines go through the dates that were asked; where the measure gives bounds, the space
    between them is filled. A gap is a date without an answer.

    Parameters
    ----------
    found : Series
    names : iterable of str, optional
        Which of its names; all by default.
    labels : mapping, optional
        What to call them.
    bands : Draws, optional
        Of the same names: the middle ``share`` of the draws is filled; where they are of
        other dates than the series, it is a bar at each.
    share : float
        Of the draws, in (0, 1).
    ranges : mapping of name to sequence of Completion, optional
        One for each date of the series: the guaranteed range, filled faintly.
    moves : bool
        Mark the dates on which stances changed, by how many, under the axis.
    ax : matplotlib Axes, optional
        New ones by default.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    InputError
        If a name is not in the series or the bands, ``share`` is not in (0, 1), or the ranges
        are not one a date.

    Examples
    --------
    >>> from stancekit.ensembles import over_dates
    >>> from stancekit.records.dossier import Dossier
    >>> found = over_dates(Dossier("empty"), lambda world: len(world.actors), ["2019-01-01"])
    >>> series(found).get_title(loc="left")
    'empty'
    """
    if not 0 < share < 1:
        raise InputError(f"share={share!r}; accepted are numbers between 0 and 1")
    chosen = _chosen(names, found.names)
    ax = _axes(ax, (8.0, 4.5))
    days: list[Any] = list(found.dates)
    for place, name in enumerate(chosen):
        colour = _COLOURS[place % len(_COLOURS)]
        label = (labels or {}).get(name, name)
        low, high = found.bounds(name)
        for one in _ranged(ranges, name, len(days)):
            ax.fill_between(days, *one, color=colour, alpha=0.10, linewidth=0)
        if bands is not None:
            _chosen([name], bands.names)
            k = bands.names.index(name)
            ends = bands.quantiles([(1 - share) / 2, (1 + share) / 2])[:, :, k]
            least, most = ends[0, :, 0], ends[1, :, 1]
            if bands.dates == found.dates:
                ax.fill_between(days, least, most, color=colour, alpha=0.28, linewidth=0)
            else:  # nothing is known between dates of their own
                there: list[Any] = list(bands.dates)
                ax.vlines(there, least, most, color=colour, alpha=0.4, linewidth=7)
        if not np.array_equal(low, high, equal_nan=True):
            ax.fill_between(days, low, high, color=colour, alpha=0.5, linewidth=0)
        marker = "o" if len(days) <= 60 else ""
        ax.plot(days, (low + high) / 2, color=colour, label=label, marker=marker, markersize=2.5)
    if moves:
        _mark_moves(ax, found)
    if days:
        _on_dates(ax)
    ax.set_title(found.dossier, loc="left")
    ax.spines[["top", "right"]].set_visible(False)
    if chosen:
        # above the axes: nothing lies there
        ncols = min(3, len(chosen))
        ax.legend(frameon=False, ncols=ncols, loc="lower right", bbox_to_anchor=(1, 1))
    return ax


def _ranged(
    ranges: Mapping[str, Sequence[Completion]] | None, name: str, dates: int
) -> list[tuple[list[float], list[float]]]:
    if ranges is None or name not in ranges:
        return []
    held = ranges[name]
    if len(held) != dates:
        raise InputError(f"there are {len(held)} ranges of {name!r} for {dates} dates")
    return [([one.lower for one in held], [one.upper for one in held])]


def _mark_moves(ax: Axes, found: Series) -> None:
    """Grey columns at the foot, as high as many cells moved."""
    counts = [len(moved.cells) for moved in found.moves]
    if not any(counts):
        return
    foot = ax.twinx()
    gaps = [b - a for a, b in zip(found.dates, found.dates[1:], strict=False)]
    width = min(gaps, default=datetime.timedelta(20)).days * 0.6
    days: list[Any] = list(found.dates)
    foot.bar(days, counts, width=width, color="0.6", zorder=0)
    foot.set_ylim(0, 5 * max(counts))
    foot.set_yticks([0, max(counts)])
    foot.set_ylabel("cells that moved", color="0.45", loc="bottom")
    foot.tick_params(colors="0.45")
    foot.spines[["top", "left"]].set_visible(False)
    foot.set_zorder(ax.get_zorder() - 1)
    ax.set_facecolor("none")


def camps(
    alignments: Mapping[datetime.date, Alignment],
    *,
    names: Iterable[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw who was in which camp, over time.

    A row a name, a column a date: one colour for the camp of the first claimant on the first
    date, another for the other camp; on each later date, the colours that agree better with
    the date before. Pale where an optimal partition has the name on the other side (it swings, or
    that is undecided), white where it has no tie that day or one that does not connect with
    the largest part. Rows stand by how long they are in the first camp.

    Parameters
    ----------
    alignments : mapping of date to Alignment
        As ``consistency.alignment`` gives them.
    names : iterable of str, optional
        Which rows; by default all that are ever in a camp.
    ax : matplotlib Axes, optional

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    InputError
        If there is no date, or a name is never in a camp.

    Examples
    --------
    >>> from stancekit.measures.consistency import alignment
    >>> from stancekit.records.dossier import Dossier
    >>> from stancekit.records.model import Actor, Contest, Claimant
    >>> from stancekit.records.stance import Stance
    >>> world = Dossier("case", actors=[Actor("TUR")], contests=[Contest("seat")],
    ...     claimants=[Claimant("a", "seat"), Claimant("b", "seat")],
    ...     stances=[Stance("TUR", "a", "recognises")]).at("2019-04-30")
    >>> [text.get_text() for text in camps({world.date: alignment(world)}).get_yticklabels()]
    ['TUR', 'a', 'b']
    """
    days = sorted(alignments)
    if not days:
        raise InputError("alignments has no date; there is nothing to draw")
    found = [alignments[day] for day in days]
    known = sorted({name for one in found for camp in one.camps for name in camp})
    chosen = _chosen(names, known)
    cells = np.full((len(chosen), len(days)), math.nan)
    for d, one in enumerate(found):
        sure = set(one.pinned)
        for sign, camp in zip((1.0, -1.0), one.camps, strict=True):
            for row, name in enumerate(chosen):
                if name in camp:
                    cells[row, d] = sign if name in sure else sign * 0.4
        before = cells[:, d - 1] if d else np.zeros(len(chosen))
        if np.nansum(cells[:, d] * before) < 0:
            cells[:, d] *= -1
    order = sorted(range(len(chosen)), key=lambda row: (-np.nansum(cells[row]), chosen[row]))
    ax = _axes(ax, (8.0, max(1.6, 0.16 * len(chosen) + 0.8)))
    from matplotlib.colors import LinearSegmentedColormap

    two = LinearSegmentedColormap.from_list("camps", [_COLOURS[1], "#ffffff", _COLOURS[0]])
    ax.imshow(cells[order], cmap=two, vmin=-1, vmax=1, aspect="auto", interpolation="none")
    ax.set_yticks(range(len(chosen)), [chosen[row] for row in order], fontsize=7)
    step = max(1, -(-len(days) // 10))
    shown = range(0, len(days), step)
    ax.set_xticks(shown, [days[d].isoformat()[:7] for d in shown], fontsize=8)
    ax.spines[:].set_visible(False)
    return ax


def draws(
    found: Draws,
    name: str,
    *,
    date: datetime.date | None = None,
    share: float = 0.9,
    ax: Axes | None = None,
) -> Axes:
    """Draw how the draws of one name lie, beside what is recorded.

    Parameters
    ----------
    found : Draws
    name : str
    date : datetime.date, optional
        One of its dates; the last by default.
    share : float
        The middle share of the draws that is shaded, in (0, 1).
    ax : matplotlib Axes, optional

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    InputError
        If there is no such name or date, or ``share`` is not in (0, 1).

    Examples
    --------
    >>> from stancekit.ensembles import over_draws
    >>> from stancekit.records.dossier import Dossier
    >>> found = over_draws(Dossier("empty"), lambda world: len(world.actors), "2019-01-01", 5)
    >>> draws(found, "value").get_xlabel()
    'value, 2019-01-01'
    """
    if not 0 < share < 1:
        raise InputError(f"share={share!r}; accepted are numbers between 0 and 1")
    _chosen([name], found.names)
    day = found.dates[-1] if date is None else date
    if day not in found.dates:
        raise InputError(f"{day} is none of the dates of the draws")
    d, k = found.dates.index(day), found.names.index(name)
    ax = _axes(ax, (6.0, 3.5))
    middle = (found.lower[:, d, k] + found.upper[:, d, k]) / 2
    known = middle[~np.isnan(middle)]
    whole = bool(len(known)) and bool((known == np.round(known)).all()) and np.ptp(known) <= 60
    edges: Any = np.arange(known.min() - 0.5, known.max() + 1) if whole else 30
    if len(known):
        ends = found.quantiles([(1 - share) / 2, (1 + share) / 2])[:, d, k]
        ax.axvspan(ends[0, 0], ends[1, 1], color=_COLOURS[0], alpha=0.15, linewidth=0)
        ax.hist(known, bins=edges, color=_COLOURS[0], rwidth=0.92)
    ax.axvline(float(found.base_lower[d, k]), color="0.15", label="as recorded")
    ax.set_xlabel(f"{name}, {day}")
    ax.set_ylabel("draws")
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False)
    return ax


def _level(level: float) -> float:
    if not 0 < level < 0.5:
        raise InputError(f"level={level!r}; accepted are numbers between 0 and 0.5")
    return level


def _places(ax: Axes, names: Sequence[str]) -> None:
    """One place on the x-axis for each name; labels at every so many, upright where many."""
    step = max(1, -(-len(names) // 26))
    shown = range(0, len(names), step)
    ax.set_xticks(shown, [names[k] for k in shown], fontsize=8, rotation=90 if step > 1 else 0)
    if len(names) > 8:
        ax.tick_params(axis="x", rotation=90)
    ax.set_xlim(-0.7, len(names) - 0.3)
    ax.spines[["top", "right"]].set_visible(False)


def against_chance(
    found: Mapping[str, NullTest], *, level: float = 0.05, ax: Axes | None = None
) -> Axes:
    """Draw observed values beside what one null model makes of them.

    A place on the axis for each name, in the order given: the band holds the draws between the
    quantiles ``level`` and ``1 - level``, the line in it is their median. A mark is filled where
    the value is unusual, which is where its p-value says so (one-sided, at most ``level``), and
    hollow where it is not; where only bounds are known and the p-value could lie on either side
    of ``level``, it is grey. A name without an observed value is a gap.

    Parameters
    ----------
    found : mapping of name to NullTest
        Tests of one statistic, with one null model.
    level : float
        In (0, 0.5).
    ax : matplotlib Axes, optional
        New ones by default.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    InputError
        If there is no test, or ``level`` is not in (0, 0.5).

    Examples
    --------
    >>> one = NullTest(observed=(2, 2), values=[(k, k) for k in range(3, 42)], requested=39,
    ...     reason="all draws made")
    >>> [text.get_text() for text in against_chance({"1946": one}).get_xticklabels()]
    ['1946']
    """
    level = _level(level)
    if not found:
        raise InputError("found has no test; there is nothing to draw")
    ax = _axes(ax, (8.0, 4.0))
    tests = list(found.values())
    places: Any = np.arange(len(tests))
    least, middle, most = (
        np.array([test.quantiles([share])[0] for test in tests]).T
        for share in (level, 0.5, 1 - level)
    )
    label = f"{100 * level:g} to {100 - 100 * level:g} of 100 draws"
    kind: Any = "mid"  # a place of its own for each: nothing is between them
    ax.fill_between(
        places,
        least[0],
        most[1],
        step=kind,
        color=_COLOURS[5],
        alpha=0.45,
        linewidth=0,
        label=label,
    )
    ax.plot(places, middle.mean(axis=0), color=_COLOURS[0], drawstyle="steps-mid", linewidth=0.9)
    seen = np.array([test.observed for test in tests])
    ax.vlines(places, seen[:, 0], seen[:, 1], color="0.15", linewidth=2)
    p = np.array([(test.at_most, test.at_least) for test in tests])
    sure, possible = (p[:, :, 1] <= level).any(axis=1), (p[:, :, 0] <= level).any(axis=1)
    for chosen, face, name in (
        (sure, "0.1", f"unusual (p at most {level:g})"),
        (possible & ~sure, "0.65", "undecided"),
        (~possible, "white", "not unusual"),
    ):
        if chosen.any():
            ax.plot(
                places[chosen],
                seen[chosen].mean(axis=1),
                linestyle="",
                marker="o",
                markersize=4,
                markeredgecolor="0.1",
                markerfacecolor=face,
                label=name,
            )
    _places(ax, list(found))
    ax.legend(frameon=False, fontsize=8)
    return ax


def p_values(
    found: Mapping[str, Mapping[str, NullTest]],
    *,
    tail: Callable[[NullTest], tuple[float, float]] = operator.attrgetter("at_most"),
    level: float = 0.05,
    ax: Axes | None = None,
) -> Axes:
    """Draw p-values under several null models, on a scale of powers of ten.

    A mark for each test, joined to the other end by a bar where the p-value is an interval. The
    dashed line is ``level``, the dotted one the least p-value that so many draws can show.

    Parameters
    ----------
    found : mapping of null model to mapping of name to NullTest
        Names are places on the axis, in the order in which they first come.
    tail : function
        Takes a test, gives (low, high): by default its ``at_most``; ``at_least``, ``two_sided``.
    level : float
        In (0, 0.5).
    ax : matplotlib Axes, optional
        New ones by default.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    InputError
        If there is no test, or ``level`` is not in (0, 0.5).

    Examples
    --------
    >>> one = NullTest(observed=(2, 2), values=[(k, k) for k in range(3, 42)], requested=39,
    ...     reason="all draws made")
    >>> axes = p_values({"signs shuffled": {"1946": one}})
    >>> axes.get_legend_handles_labels()[1]
    ['signs shuffled', 'p = 0.05', 'least possible']
    """
    level = _level(level)
    names = list(dict.fromkeys(name for tests in found.values() for name in tests))
    if not names:
        raise InputError("found has no test; there is nothing to draw")
    ax = _axes(ax, (8.0, 4.0))
    floor = 1.0
    for k, (null, tests) in enumerate(found.items()):
        colour = _COLOURS[k % len(_COLOURS)]
        # side by side, so that equal ones do not hide each other
        apart = 0.6 * ((k + 0.5) / len(found) - 0.5)
        places: Any = np.array([names.index(name) + apart for name in tests])
        ends = np.array([tail(test) for test in tests.values()]).reshape(-1, 2)
        ax.vlines(places, ends[:, 0], ends[:, 1], color=colour, linewidth=1.5)
        ax.plot(
            places,
            ends[:, 1],
            linestyle="",
            marker="osD^vP"[k % 6],
            markersize=3.5,
            color=colour,
            label=null,
            clip_on=False,
        )
        floor = min([floor, *(1 / (test.used + 1) for test in tests.values() if test.used)])
    ax.axhline(level, color="0.15", linestyle="--", linewidth=1, label=f"p = {level:g}")
    ax.axhline(floor, color="0.6", linestyle=":", linewidth=1, label="least possible")
    ax.set_yscale("log")
    ax.set_ylim(floor / 1.5, 1.15)
    ax.set_ylabel("p-value")
    _places(ax, names)
    ax.legend(frameon=False, fontsize=8, ncols=3, loc="lower right", bbox_to_anchor=(1, 1))
    return ax
