"""What callers hand over for a signed graph: taken as it is meant, or refused by name."""

from __future__ import annotations

import contextlib
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancekit.errors import InputError
from stancekit.signed.graph import SignedGraph, negative_wins

# --- laws -------------------------------------------------------------------

#: What nobody means as part of a graph, and what somebody might.
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | st.complex_numbers(),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner, inner),
    max_leaves=6,
)


@given(anything, anything, anything)
def test_a_graph_or_one_clear_error(one, two, three):
    for build in (
        lambda: SignedGraph.from_edges(3, one),
        lambda: SignedGraph.from_edges(3, [one]),
        lambda: SignedGraph.from_edges(3, [(one, two, three)]),
        lambda: SignedGraph.from_edges(one, [(0, 1, 1)]),
        lambda: SignedGraph.from_arrays(3, one, two, three),
        lambda: SignedGraph.from_arrays(3, [[0, 1]], [one], [two]),
        lambda: SignedGraph.from_arrays(3, [[0, 1]], one, two),
        lambda: SignedGraph.from_records(3, one, merge=negative_wins),
        lambda: SignedGraph.from_records(3, [(one, two, three)] * 2, merge=negative_wins),
        lambda: SignedGraph.from_edges(3, [(0, 1, 1)]).switched(one),
    ):
        with contextlib.suppress(InputError):
            assert isinstance(build(), SignedGraph)


# --- oracles ----------------------------------------------------------------


def test_numbers_of_other_kinds_are_taken_for_what_they_are():
    plain = SignedGraph.from_edges(3, [(0, 1, 0.5), (1, 2, -2)])
    assert SignedGraph.from_edges(3, [(0.0, 1, Fraction(1, 2)), (np.int8(1), 2, -2)]) == plain
    edges = np.array([[0, 1], [1, 2]], dtype=np.uint8)
    assert SignedGraph.from_arrays(3, edges, [1, -1], [Fraction(1, 2), 2]) == plain
    assert SignedGraph.from_records(3, np.array([[0, 1, 1], [1, 2, -1]])).size == 2
    assert plain.switched(np.array([1])) == plain.switched([1.0])


# --- refusals ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: SignedGraph.from_edges(3, None), r"edges=None; accepted are \(u, v"),
        (lambda: SignedGraph.from_edges(3, [5]), "edge 0 is 5; accepted are"),
        (lambda: SignedGraph.from_edges(3, ["abc"]), "edge 0 is 'abc'; accepted are"),
        (lambda: SignedGraph.from_edges(3, [(0, 1, [1])]), "holds a sequence"),
        (lambda: SignedGraph.from_edges(3, [(0, math.inf, 1)]), "edges hold inf; accepted are"),
        (lambda: SignedGraph.from_arrays(3, [[0, 1], [2]], [1, 1]), "edges hold something"),
        (lambda: SignedGraph.from_arrays(3, [[0, 1]], 1), r"signs \(\), .* accepted are \(m, 2\)"),
        (lambda: SignedGraph.from_arrays(3, [[0, 1]], [[1]]), r"signs \(1, 1\)"),
        (lambda: SignedGraph.from_arrays(3, [[0, 1]], [1], "heavy"), "weights hold something"),
        (lambda: SignedGraph.from_arrays(3, [[0, 1]], [1], [1j]), "of type complex128"),
        (lambda: SignedGraph.from_records(3, 7), "records=7; accepted are"),
        (lambda: SignedGraph.from_records(3, [(0, 1)]), r"record 0 is \(0, 1\); accepted are"),
        (lambda: SignedGraph.from_records(3, [(0, 0.5, 1)]), "records hold 0.5"),
        (lambda: SignedGraph.from_records(3, [], merge="net"), "merge='net'; accepted are refuse"),
        (lambda: SignedGraph.from_edges(3, []).switched(1), "vertices=1; accepted are several"),
        (lambda: SignedGraph.from_edges(3, []).switched([0.5]), "vertices hold 0.5"),
        (lambda: SignedGraph.from_edges(3, []).frustrated([[1], [1, 1]]), "side hold something"),
    ],
)
def test_refuses_by_name(build, message):
    with pytest.raises(InputError, match=message):
        build()
