"""Tests of the pictures of null models: what is drawn is what the tests found."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from stancekit.errors import InputError, MissingExtraError
from stancekit.signed.nulls import NullTest

pytest.importorskip("matplotlib", reason="matplotlib is not installed")

from stancekit import plot


def made(observed: tuple[float, float], values: object) -> NullTest:
    held = np.array(values, dtype=float)
    return NullTest(
        observed=observed,
        values=held if held.ndim == 2 else np.stack([held, held], axis=1),
        requested=len(held),
        reason="all draws made",
    )


def of(value: float, draws: int = 99) -> NullTest:
    return made((value, value), np.arange(1, draws + 1))


def marks(axes: object) -> dict[str, list[float]]:
    """Heights of the marks by label."""
    lines = [line for line in axes.get_lines() if line.get_marker() not in ("", "None", None)]
    return {line.get_label(): line.get_ydata().tolist() for line in lines}


# Laws


def test_marks_say_which_values_are_unusual() -> None:
    found = {"low": of(0), "high": of(100), "within": of(50), "edge": of(4), "past": of(5)}
    axes = plot.against_chance(found)
    # of 99 draws 1 to 99, four are at most 4 and five at most 5: p = 0.05 and 0.06
    assert marks(axes) == {
        "unusual (p at most 0.05)": [0, 100, 4],
        "not unusual": [50, 5],
    }
    assert [text.get_text() for text in axes.get_xticklabels()] == list(found)
    axes.figure.canvas.draw()  # nothing warns


def test_the_band_lies_between_the_quantiles() -> None:
    found = {"a": of(0), "b": made((0, 0), np.arange(11, 110))}
    axes = plot.against_chance(found, level=0.1)
    heights = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert set(np.round(heights, 9)) == {10.8, 20.8, 89.2, 99.2}
    (median,) = [line for line in axes.get_lines() if line.get_drawstyle() == "steps-mid"]
    assert median.get_ydata().tolist() == [50, 60]


def test_bounds_are_drawn_as_bounds() -> None:
    values = np.stack([np.arange(1, 100), np.arange(1, 100) + 3], axis=1)
    axes = plot.against_chance({"a": made((3, 5), values)})
    assert marks(axes) == {"undecided": [4]}
    # the bar of the observed value
    assert axes.collections[1].get_segments()[0][:, 1].tolist() == [3, 5]
    other = plot.p_values({"null": {"a": made((3, 5), values)}})
    low, high = made((3, 5), values).at_most
    assert low < 0.05 < high
    assert other.collections[0].get_segments()[0][:, 1].tolist() == [low, high]
    assert marks(other) == {"null": [high]}


def test_p_values_of_the_tail_that_was_asked() -> None:
    found = {"one": {"a": of(0), "b": of(50)}, "other": {"b": of(100), "c": of(2)}}
    axes = plot.p_values(found)
    assert marks(axes) == {"one": [0.01, 0.51], "other": [1.0, 0.03]}
    assert [text.get_text() for text in axes.get_xticklabels()] == ["a", "b", "c"]
    axes.figure.canvas.draw()
    assert marks(plot.p_values(found, tail=lambda test: test.at_least)) == {
        "one": [1.0, 0.51],
        "other": [0.01, 0.99],
    }


def test_marks_of_one_name_stand_side_by_side_within_its_place() -> None:
    axes = plot.p_values({null: {"a": of(0), "b": of(0)} for null in "pqrs"})
    at = np.array([line.get_xdata() for line in axes.get_lines()[:4]])
    assert len(np.unique(at)) == 8
    assert np.round(at).tolist() == [[0, 1]] * 4


def test_the_lines_are_the_level_and_the_least_possible() -> None:
    axes = plot.p_values({"null": {"a": of(0, 99), "b": of(0, 199)}}, level=0.01)
    lines = {line.get_label(): line.get_ydata()[0] for line in axes.get_lines()[-2:]}
    assert lines == {"p = 0.01": 0.01, "least possible": 1 / 200}


def test_many_names_leave_room_for_each_label() -> None:
    found = {str(k): of(50) for k in range(51)}
    assert len(plot.against_chance(found).get_xticks()) == 26
    assert len(plot.p_values({"null": found}).get_xticks()) == 26


def test_an_undefined_value_is_a_gap() -> None:
    gone = made((np.nan, np.nan), np.empty((0, 2)))
    axes = plot.against_chance({"a": of(0), "b": gone})
    assert marks(axes)["unusual (p at most 0.05)"] == [0]
    axes.figure.canvas.draw()
    other = plot.p_values({"null": {"a": of(0), "b": gone}})
    assert marks(other)["null"][0] == 0.01
    other.figure.canvas.draw()


def test_axes_that_are_given_are_drawn_on() -> None:
    axes = plot.against_chance({"a": of(0)})
    assert plot.p_values({"null": {"a": of(0)}}, ax=axes) is axes


# Refusals


def test_what_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for level in (0, 0.5, -1, float("nan")):
        with pytest.raises(InputError, match="level"):
            plot.against_chance({"a": of(0)}, level=level)
        with pytest.raises(InputError, match="level"):
            plot.p_values({"null": {"a": of(0)}}, level=level)
    with pytest.raises(InputError, match="nothing to draw"):
        plot.against_chance({})
    for empty in ({}, {"null": {}}):
        with pytest.raises(InputError, match="nothing to draw"):
            plot.p_values(empty)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match="plot"):
        plot.against_chance({"a": of(0)})
    with pytest.raises(MissingExtraError, match="plot"):
        plot.p_values({"null": {"a": of(0)}})
