"""Errors: suggestions are names that are known, and what is no text has none."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import stancekit as sk
from stancekit.errors import UnknownNameError, nearest
from stancekit.measures import coalitions

# --- laws ---------------------------------------------------------------------------------------


@given(st.text(max_size=8), st.lists(st.text(max_size=8), max_size=6))
def test_suggestions_are_known_names_each_once(name, known):
    found = nearest(name, known)
    assert set(found) <= set(known)
    assert len(found) == len(set(found)) <= 3


@given(st.text(min_size=1, max_size=8))
def test_a_name_in_other_letters_is_its_own_nearest(name):
    assert nearest(name.swapcase(), [name])[:1] in ((name,), ())
    assert nearest(name, [name]) == (name,)


# --- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [None, 3, 2.5, b"maduro", ("maduro",), float("nan")])
def test_what_is_no_text_is_an_unknown_name_and_no_accident(name):
    assert nearest(name, ["maduro"]) == ()
    world = sk.load("venezuela-2019").at("2019-04-30")
    with pytest.raises(UnknownNameError) as caught:
        coalitions.recognition(world, name)
    assert repr(name) in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
