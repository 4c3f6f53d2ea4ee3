"""Tests of pictures: what is drawn is what was found."""

from __future__ import annotations

import datetime
import sys

import numpy as np
import pytest
from cases import DAY, case
from ensemble_worlds import band, known, members

from stancekit import ensembles
from stancekit.errors import InputError, MissingExtraError
from stancekit.measures.consistency import alignment
from stancekit.records.stance import Evidence, Stance

pytest.importorskip("matplotlib", reason="matplotlib is not installed")

from stancekit import plot

DATES = ensembles.months("2019-01", "2019-06")


def dossier() -> object:
    return case(
        *(
            Stance(a, "a", "recognises", since=f"2019-0{i}", evidence=Evidence(a, (), 0.5))
            for i, a in enumerate("ABCD", start=2)
        ),
        Stance("E", "b", "recognises", since="2019-03-01"),
        Stance("E", "A", "criticises", since="2019-03-01"),
    )


# Laws


def test_lines_go_through_what_was_found() -> None:
    found = ensembles.over_dates(dossier(), members, DATES)
    axes = plot.series(found)
    assert [line.get_label() for line in axes.get_lines()] == list(found.names)
    for k, line in enumerate(axes.get_lines()):
        assert line.get_ydata().tolist() == found.lower[:, k].tolist()
    axes.figure.canvas.draw()  # nothing warns


def test_bands_are_the_quantiles_of_the_draws() -> None:
    found = ensembles.over_dates(dossier(), known, DATES)
    draws = ensembles.over_draws(dossier(), known, DATES, 40)
    axes = plot.series(found, bands=draws, share=0.8, moves=True)
    (filled,) = axes.collections
    heights = filled.get_paths()[0].vertices[:, 1]
    ends = draws.quantiles([0.1, 0.9])[:, :, 0]
    assert heights.min() == ends[0, :, 0].min()
    assert heights.max() == ends[1, :, 1].max()
    # at dates of their own nothing is filled in between
    apart = ensembles.over_draws(dossier(), known, DATES[::2], 10)
    (bars,) = plot.series(found, bands=apart).collections
    assert len(bars.get_paths()) == 3


def test_bounds_and_ranges_are_filled() -> None:
    found = ensembles.over_dates(dossier(), band, DATES)
    assert len(plot.series(found).collections) == 1
    ranges = [
        ensembles.completion_bounds(dossier().at(day), lambda w: len(w.actors), rising=["a"])[0]
        for day in DATES
    ]
    assert len(plot.series(found, ranges={"value": ranges}).collections) == 2


def test_camps_keep_their_colours() -> None:
    days = [datetime.date(2019, m, 1) for m in (4, 6)]
    found = {day: alignment(dossier().at(day)) for day in days}
    axes = plot.camps(found)
    (image,) = axes.get_images()
    cells, names = image.get_array(), [t.get_text() for t in axes.get_yticklabels()]
    assert cells.shape == (len(names), 2)
    row = {name: cells[i] for i, name in enumerate(names)}
    assert (row["a"] == 1).all()
    assert (row["b"] < 0).all()
    assert np.ma.is_masked(row["D"][0]) or np.isnan(row["D"][0])


def test_the_spread_of_draws_counts_them_all() -> None:
    draws = ensembles.over_draws(dossier(), known, DAY, 50)
    axes = plot.draws(draws, "value")
    assert sum(patch.get_height() for patch in axes.patches if patch.get_width() < 1) == 50


def test_pictures_leave_no_global_state() -> None:
    assert (
        "matplotlib.pyplot" not in sys.modules
        or not __import__("matplotlib.pyplot").pyplot.get_fignums()
    )


# Refusals


def test_what_cannot_be_drawn() -> None:
    found = ensembles.over_dates(dossier(), known, DATES)
    draws = ensembles.over_draws(dossier(), members, DAY, 3)
    with pytest.raises(InputError, match="no 'x' to draw"):
        plot.series(found, names=["x"])
    with pytest.raises(InputError, match="no 'value' to draw"):
        plot.series(found, bands=draws)
    with pytest.raises(InputError, match="share="):
        plot.series(found, share=1.0)
    with pytest.raises(InputError, match="0 ranges"):
        plot.series(found, ranges={"value": []})
    with pytest.raises(InputError, match="no date"):
        plot.camps({})
    with pytest.raises(InputError, match="none of the dates"):
        plot.draws(draws, "a", date=datetime.date(1900, 1, 1))


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = ensembles.over_dates(dossier(), known, DATES)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r"stancekit\[plot\]"):
        plot.series(found)
