"""Statistics, votes and reference values: for the tests of agreement."""

from __future__ import annotations

import csv
import math
import os
import pathlib

import numpy as np
import pytest
from hypothesis import strategies as st

from stancekit.measures import agreement

DATA = pathlib.Path(
    os.environ.get("STANCEKIT_DATA", pathlib.Path(__file__).parents[1].parent / "shared" / "data")
)
ORACLES = DATA / "oracles_agreement"
needs_oracles = pytest.mark.skipif(
    not ORACLES.exists(), reason="no reference values here: set STANCEKIT_DATA"
)
STATISTICS = (
    agreement.raw,
    agreement.s_score,
    agreement.s_score_squared,
    agreement.kappa,
    agreement.kappa_linear,
    agreement.kappa_quadratic,
    agreement.scott_pi,
    agreement.scott_pi_linear,
    agreement.scott_pi_quadratic,
    agreement.tau_b,
)
each = pytest.mark.parametrize("statistic", STATISTICS, ids=lambda f: f.__name__)
votes = st.sampled_from([1.0, 2.0, 3.0, math.nan])


@st.composite
def matrices(draw, cells=votes, most=5):
    actors, items = draw(st.integers(0, most)), draw(st.integers(0, 8))
    flat = draw(st.lists(cells, min_size=actors * items, max_size=actors * items))
    return np.array(flat, dtype=float).reshape(actors, items)


def item_weights(items):
    return st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.0]), min_size=items, max_size=items)


def reference_votes():
    with open(ORACLES / "unga_2010_2019_votes_10states.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    states = [name for name in rows[0] if name != "rcid"]
    cells = [[float(row[s]) if row[s] else math.nan for row in rows] for s in states]
    return states, np.array(cells)
