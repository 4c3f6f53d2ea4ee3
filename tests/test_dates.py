"""Laws, an oracle and refusals of partial dates and spans."""

import calendar
import datetime
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancekit.errors import InputError
from stancekit.records.dates import PartialDate, Span
from stancekit.testing import strategies

DATES = strategies.partial_dates(
    min_value=datetime.date(2018, 11, 1), max_value=datetime.date(2019, 3, 31)
)


def possible_days(date):
    """Some days that a partial date may be: its ends, one between, and far ones if it is open."""
    first = date.earliest or datetime.date.min
    last = date.latest or datetime.date.max
    return {first, last, first + (last - first) // 2}


# --- laws ---------------------------------------------------------------------------------


@given(DATES, DATES)
def test_before_is_antisymmetric(one, other):
    assert not (one.before(other) and other.before(one))


@given(DATES, DATES, DATES)
def test_before_is_transitive_where_it_is_known(one, two, three):
    if one.before(two) and two.before(three):
        assert one.before(three) is True


@given(DATES, DATES)
def test_a_known_order_is_that_of_every_pair_of_possible_days(one, other):
    orders = {a < b for a in possible_days(one) for b in possible_days(other)}
    known = one.before(other)
    if known is None:
        assert orders == {True, False}
    else:
        assert orders == {known}


@given(DATES, DATES, st.data())
def test_to_know_a_date_better_turns_no_answer_around(one, other, data):
    finer = data.draw(st.sampled_from(sorted(possible_days(one))))
    known = one.before(other)
    if known is not None:
        assert PartialDate.of(finer).before(other) is known
    known = other.before(one)
    if known is not None:
        assert other.before(finer) is known


@given(st.dates(), st.dates())
def test_whole_days_are_ordered_as_days(one, other):
    assert PartialDate.of(one).before(other) is (one < other)


@given(strategies.partial_dates())
def test_a_date_is_its_text(date):
    again = PartialDate.parse(date.text)
    assert again == date == PartialDate(date.text) == pickle.loads(pickle.dumps(date))
    assert (again.earliest, again.latest, again.precision) == (
        date.earliest,
        date.latest,
        date.precision,
    )
    assert hash(again) == hash(date)
    assert eval(repr(date)) == date  # the repr is the call that makes it


@given(strategies.partial_dates(), st.sampled_from("~?%"))
def test_a_qualifier_moves_no_bound(date, mark):
    if date.precision == "range":
        return
    plain = PartialDate.parse(date.text.rstrip("~?%"))
    marked = PartialDate.parse(plain.text + mark)
    assert (marked.earliest, marked.latest) == (plain.earliest, plain.latest)
    assert marked.qualifier == mark
    assert marked != plain


@given(strategies.spans(), st.dates(datetime.date(1940, 1, 1), datetime.date(2030, 1, 1)))
def test_a_day_in_a_span_is_neither_before_nor_after_it(span, day):
    covered = span.covers(day)
    before = span.since is not None and PartialDate.of(day).before(span.since) is True
    after = span.until is not None and span.until.before(day) is True
    assert (covered is False) == (before or after)


@given(strategies.spans())
def test_a_span_covers_a_day_or_is_wholly_unknown(span):
    for end in (span.since, span.until):
        if end is not None and end.precision == "day":
            assert span.covers(end) is not False


# --- oracles ------------------------------------------------------------------------------


@pytest.mark.parametrize("year", [1900, 1999, 2000, 2019, 2020, 2100])
def test_months_end_as_the_calendar_says(year):
    for month in range(1, 13):
        date = PartialDate.parse(f"{year:04d}-{month:02d}")
        assert date.earliest == datetime.date(year, month, 1)
        assert date.latest == datetime.date(year, month, calendar.monthrange(year, month)[1])
        assert date.precision == "month"
        after = calendar.monthrange(year, month)[1] + 1
        with pytest.raises(InputError, match="has no day"):
            PartialDate.parse(f"{year:04d}-{month:02d}-{after:02d}")


@pytest.mark.parametrize(
    ("text", "first", "last", "precision"),
    [
        ("2019-02-04", "2019-02-04", "2019-02-04", "day"),
        ("2019-02-04?", "2019-02-04", "2019-02-04", "day"),
        ("1988-11~", "1988-11-01", "1988-11-30", "month"),
        ("2019%", "2019-01-01", "2019-12-31", "year"),
        ("9999-12", "9999-12-01", "9999-12-31", "month"),
        ("0001", "0001-01-01", "0001-12-31", "year"),
        ("[2019-01-23..2019-02]", "2019-01-23", "2019-02-28", "range"),
        ("[..2019-02-06]", None, "2019-02-06", "range"),
        ("[2019..]", "2019-01-01", None, "range"),
    ],
)
def test_bounds_by_hand(text, first, last, precision):
    date = PartialDate.parse(text)
    assert (date.earliest and date.earliest.isoformat()) == first
    assert (date.latest and date.latest.isoformat()) == last
    assert date.precision == precision


@pytest.mark.parametrize(
    ("one", "other", "known"),
    [
        ("2019-01", "2019-02-04", True),
        ("2019-02-04", "2019-01", False),
        ("2019-01", "2019-01-23", None),
        ("2019-01-31", "2019-01", False),  # the month can not end before its own last day
        ("2019-01", "2019-01-01", False),  # nor begin before its first
        ("2019-01-01", "2019-01", None),
        ("[..2019-02-06]", "2019-02-07", True),
        ("[..2019-02-06]", "2019-02-06", None),
        ("[2019-02-06..]", "2019-02-06", False),
        ("[2019-02-06..]", "2030", None),
        ("2019", "2019", None),
        ("2019-02-04", "2019-02-04", False),
    ],
)
def test_order_by_hand(one, other, known):
    assert PartialDate.parse(one).before(other) is known


@pytest.mark.parametrize(
    ("since", "until", "day", "covered"),
    [
        (None, None, "0001", True),
        ("2019-01-23", None, "2019-01-22", False),
        ("2019-01-23", None, "2019-01-23", True),
        ("2019-01-23", "2023-01-04", "2023-01-04", True),
        ("2019-01-23", "2023-01-04", "2023-01-05", False),
        ("2019", None, "2019-06-01", None),
        ("2019", None, "2018", False),
        ("2019", "2019", "2019-06-01", None),
        ("2019", "2023-01", "2022", True),
        (None, "2023-01", "2023-01-15", None),
        ("2019-01", "2019-03", "2019", None),
    ],
)
def test_coverage_by_hand(since, until, day, covered):
    assert Span(since, until).covers(day) is covered


@pytest.mark.parametrize(
    "given_as",
    ["2019-04-30", datetime.date(2019, 4, 30), datetime.datetime(2019, 4, 30, 12, 1)],
)
def test_a_day_may_be_given_in_several_ways(given_as):
    assert PartialDate.of(given_as) == PartialDate.parse("2019-04-30")


# --- refusals -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is not a date"),
        ("2019-02-29", "2019-02 has no day 29"),
        ("2019-13", "no month 13"),
        ("2019-00", "no month 00"),
        ("2019-01-00", "no day 00"),
        ("0000", "no year 0000"),
        ("19-01-01", "is not a date"),
        ("2019-1-1", "is not a date"),
        ("20190101", "is not a date"),
        ("2019/2020", "interval"),
        ("2019-02-04T12:00", "time of day"),
        ("2019-02-04~~", "is not a date"),
        ("[..]", "at least one end"),
        ("[2020..2019]", "ends before it begins"),
        ("[2019~..2020]", "is not a date"),
        ("[2018..2019..2020]", "is not a date"),
        ("[2019-02-30..]", "no day 30"),
        ("..2019", "is not a date"),
        (" 2019", "is not a date"),
        ("2019\n", "is not a date"),
        ("٢٠١٩", "is not a date"),
        ("2019-02-04" * 100, "too long"),
        ("NaN", "is not a date"),
        (2019, "is int, not text"),
        (None, "is NoneType, not text"),
        (float("nan"), "is float, not text"),
    ],
)
def test_what_is_no_date_is_refused_and_what_is_one_is_said(text, why):
    with pytest.raises(InputError, match=r"YYYY-MM-DD") as caught:
        PartialDate.parse(text)
    assert why in str(caught.value)


@given(st.text(max_size=50))
def test_any_text_is_a_date_or_refused(text):
    try:
        date = PartialDate.parse(text)
    except InputError:
        return
    assert date.earliest or date.latest


def test_a_date_cannot_be_made_at_odds_with_its_text():
    with pytest.raises(TypeError):
        PartialDate("2019", None, None, "day")
    with pytest.raises(InputError):
        PartialDate("tomorrow")


def test_a_span_that_surely_ends_before_it_begins_is_refused():
    with pytest.raises(InputError, match="until=2019-01 is before since=2019-02"):
        Span("2019-02", "2019-01")
    assert Span("2019-02", "2019").covers("2019-01-15") is False  # not surely


def test_dates_and_spans_do_not_change():
    with pytest.raises(AttributeError):
        PartialDate.parse("2019").text = "2020"
    with pytest.raises(AttributeError):
        Span("2019").since = None
