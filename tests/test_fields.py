"""Laws, an oracle and refusals of the strict readers of single fields."""

import math
import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancekit.errors import InputError
from stancekit.records.fields import number, optional_code, plain, read_choice, read_code, slugs
from stancekit.records.stance import Absence, Channel

# --- laws ---------------------------------------------------------------------------------


@given(st.floats(-1, 1))
def test_a_number_reads_back_from_its_text(value):
    assert number(repr(value), -1, 1, "value") == value == number(value, -1, 1, "value")


@given(st.text() | st.floats() | st.integers() | st.none() | st.booleans() | st.binary())
def test_a_number_is_in_its_range_or_refused(given_as):
    try:
        found = number(given_as, -1, 1, "value")
    except InputError:
        return
    assert -1 <= found <= 1
    assert math.copysign(1, found) == 1 or found < 0  # no negative zero


@given(st.text(max_size=70))
def test_a_code_is_as_the_message_says_or_refused(text):
    is_code = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", text) is not None
    if is_code:
        assert read_code(text) == text
    else:
        with pytest.raises(InputError, match="a code is 1 to 64"):
            read_code(text)


@given(st.text(st.characters(), max_size=30))
def test_plain_text_is_kept_as_it_is_or_refused(text):
    runs = text[:1] in tuple("=+-@") and text != ""
    hidden = any(ord(mark) < 32 or 127 <= ord(mark) < 160 for mark in text)
    broken = any(0xD800 <= ord(mark) < 0xE000 for mark in text)
    if runs or hidden or broken:
        with pytest.raises(InputError):
            plain(text)
    else:
        assert plain(text) == text


@given(st.lists(st.sampled_from(["elected", "incumbent", "un-seat"])))
def test_slugs_are_sorted_and_distinct_however_given(given_as):
    assert slugs(given_as) == slugs(";".join(given_as)) == tuple(sorted(set(given_as)))


# --- oracles ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_as", "value"),
    [
        ("0.5", 0.5),
        ("+.5", 0.5),
        ("-1", -1.0),
        ("1e-3", 0.001),
        ("-0.0", 0.0),
        (1, 1.0),
        (np.float32(0.5), 0.5),
        (np.int8(-1), -1.0),
        (Fraction(1, 4), 0.25),
    ],
)
def test_numbers_by_hand(given_as, value):
    assert number(given_as, -1, 1, "value") == value


def test_every_channel_and_absence_reads_back():
    for kind in (Channel, Absence):
        for member in kind:
            assert read_choice(kind, str(member)) is member


# --- refusals -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given_as",
    [
        "",
        "nan",
        "inf",
        "-Infinity",
        "1e999",
        "1_0",
        "0x1",
        "½",
        "١",
        " 1",
        "1,5",
        "1 .0",
        "1.5",
        "-1.0001",
        math.nan,
        math.inf,
        -math.inf,
        10**400,
        True,
        None,
        [1],
        {},
        1j,
        Decimal("0.5"),
        np.array([0.5]),
        np.bool_(True),
        object(),
    ],
)
def test_what_is_no_number_in_range_is_refused(given_as):
    with pytest.raises(InputError, match=r"value=.*\[-1, 1\]"):
        number(given_as, -1, 1, "value")


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(1)"])
def test_what_a_spreadsheet_would_run_is_refused(formula):
    with pytest.raises(InputError, match="formula"):
        plain(formula)


@pytest.mark.parametrize("text", ["a\0b", "a\nb", "a\tb", "a\rb", "\x1b[31m", "\x85"])
def test_control_characters_are_refused(text):
    with pytest.raises(InputError, match="control character"):
        plain(text)


def test_half_a_character_is_refused():
    with pytest.raises(InputError, match="unpaired surrogate"):
        plain("\ud800")


def test_an_endless_text_is_refused_in_a_short_message():
    with pytest.raises(InputError, match="at most 10000") as caught:
        plain("x" * 10_001)
    assert len(str(caught.value)) < 200
    with pytest.raises(InputError) as caught:
        read_code("x" * 100_000)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize("given_as", [0, False, [], 5, ["USA"]])
def test_a_code_that_may_be_empty_is_still_text(given_as):
    with pytest.raises(InputError):
        optional_code(given_as)
    assert optional_code("") == optional_code(None) == ""


@pytest.mark.parametrize("given_as", [5, [5], [None], 1.5, [["a"]]])
def test_slugs_are_texts(given_as):
    with pytest.raises(InputError, match="not slugs"):
        slugs(given_as)


@pytest.mark.parametrize("given_as", ["west", "", None, 5, [], "Vote"])
def test_a_choice_names_what_is_accepted(given_as):
    with pytest.raises(InputError, match="is no channel; accepted: recognition, relations"):
        read_choice(Channel, given_as)
