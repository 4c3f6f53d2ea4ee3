"""Results are frozen values that print as one readable line, and show themselves in a notebook."""

from __future__ import annotations

import inspect
import pickle
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from attrs import fields, has
from hypothesis import given, settings
from surface import SURFACE

from stancekit import datasets
from stancekit.measures import agreement, coalitions, cohesion, consistency, power
from stancekit.projection import stance_graph
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest, Membership, Weight
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Source, Stance
from stancekit.report import Brief, brief
from stancekit.signed import balance, partition
from stancekit.signed.graph import SignedGraph
from stancekit.testing import strategies

NASTY = "<script>alert('x')</script> & \"b\""

#: Longer than this is no line to read.
LONGEST = 200

#: Classes of values that are given, not found, or that hold a whole text: what they print is
#: their content, as long as it is.
CONTENT = {"Brief", "Section", "Ladder"}

VOID = {"meta", "br", "hr", "img", "input", "link"}


def case(name: str = NASTY) -> Dossier:
    """A small case in which every name holds markup."""
    return Dossier(
        "case",
        title=name,
        description=name,
        actors=[
            Actor("A", name, note=name),
            Actor("B", name),
            Actor("C", name),
            Actor("bloc", name, "bloc"),
        ],
        memberships=[Membership("A", "bloc", note=name), Membership("B", "bloc")],
        contests=[Contest("seat", name)],
        claimants=[Claimant("x", "seat", name), Claimant("y", "seat", name)],
        stances=[
            Stance("A", "x", "recognises", evidence=Source("s", name, name), note=name),
            Stance("A", "y", "supports", evidence=Source("t", name), since="2000-01-01"),
            Stance("B", "x", "rejects", evidence="s"),
            Stance("B", "x", "recognises", evidence="t"),
            Stance("C", "A", "criticises"),
        ],
        weights=[Weight("A", "population", 2000, 3), Weight("B", "population", 2000, 1)],
    )


def results(case: Dossier) -> list[Any]:
    """One result of each main verb on a case."""
    world = case.at("2001-01-01")
    graph = stance_graph(world).graph
    contest = world.contests[0].code
    weight = next(iter(world.weights))
    return [
        case,
        world,
        world.weights[weight],
        *case.conflicts("2001-01-01"),
        *case.problems(),
        stance_graph(world),
        coalitions.recognition(world, contest),
        coalitions.support(world, contest).shares(weight),
        consistency.alignment(world),
        *consistency.exclusivity(world),
        agreement.pairwise(world, agreement.s_score, scale=(-1, 1)),
        agreement.s_score([1, 0, 1], [1, 1, 1], scale=(0, 1)),
        cohesion.bloc(world, world.memberships[0].bloc, contest),
        power.banzhaf(3, [2, 1, 1]),
        power.shapley_shubik(3, [2, 1, 1]),
        graph,
        balance.certificate(graph),
        balance.triangles(graph),
        partition.frustration(graph),
        partition.optima(graph),
        brief(case, "2001-01-01"),
    ]


def parts(value: Any, seen: set[int] | None = None) -> dict[str, Any]:
    """One value of each attrs class that a result is made of."""
    seen = set() if seen is None else seen
    found: dict[str, Any] = {}
    if id(value) in seen:
        return found
    seen.add(id(value))
    if has(type(value)):
        found[type(value).__name__] = value
        inner = [getattr(value, part.name) for part in fields(type(value))]
    elif isinstance(value, tuple | list):
        inner = list(value)
    else:
        return found
    for part in inner:
        found = parts(part, seen) | found
    return found


FOUND = parts(results(case("plain")))


class Checker(HTMLParser):
    """Well-formed, and free of what was put in as a name."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag != "script", "a name has become markup"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:  # written as <br/>
            return
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes another"

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read_html(text: str) -> str:
    checker = Checker()
    checker.feed(text)
    checker.close()
    assert checker.open == [], f"{checker.open} are left open"
    return "".join(checker.text)


def test_the_classes_found_are_those_of_the_house() -> None:
    public = {held.__name__ for held in SURFACE.values() if inspect.isclass(held) and has(held)}
    assert len(public & FOUND.keys()) >= 25, sorted(public - FOUND.keys())


@pytest.mark.parametrize("name", FOUND)
def test_a_result_is_frozen(name: str) -> None:
    value = FOUND[name]
    for part in fields(type(value)):
        with pytest.raises(AttributeError):
            setattr(value, part.name, None)


@pytest.mark.parametrize("name", FOUND)
def test_a_result_prints_as_one_line(name: str) -> None:
    text = repr(FOUND[name])
    assert len(text.splitlines()) == 1, text
    if name not in CONTENT:
        assert len(text) < LONGEST, text


@pytest.mark.parametrize("name", FOUND)
def test_a_result_survives_pickle(name: str) -> None:
    value = FOUND[name]
    again = pickle.loads(pickle.dumps(value))
    assert repr(again) == repr(value)
    if type(value).__eq__ is not object.__eq__ and not holds_nan(value):
        assert again == value


def holds_nan(value: Any) -> bool:
    """nan is not equal to itself, except within arrays of records, which compare by bytes."""
    return any(isinstance(x, float) and np.isnan(x) for x in flat(value))


def flat(value: Any) -> list[Any]:
    if has(type(value)):
        return [x for part in fields(type(value)) for x in flat(getattr(value, part.name))]
    if isinstance(value, tuple | list):
        return [x for part in value for x in flat(part)]
    return [value]


def shipped() -> list[Any]:
    """The same on every dossier that ships: real sizes, real names."""
    made: list[Any] = []
    for name in datasets.names():
        loaded = datasets.load(name)
        world = loaded.at("2019-04-30")
        made += [loaded, world, stance_graph(world), brief(loaded, "2019-04-30")]
        made += [coalitions.recognition(world, contest.code) for contest in world.contests]
        made += [consistency.alignment(world)]
    return made


def test_real_results_print_as_one_line_too() -> None:
    for value in shipped():
        assert len(repr(value).splitlines()) == 1
        assert len(repr(value)) < LONGEST, repr(value)
        read_html(value._repr_html_() if hasattr(value, "_repr_html_") else "")


MAIN = {
    "Dossier": Dossier,
    "Snapshot": Snapshot,
    "SignedGraph": SignedGraph,
    "Coalitions": coalitions.Coalitions,
    "Alignment": consistency.Alignment,
    "Brief": Brief,
}


@pytest.mark.parametrize("name", MAIN)
def test_a_main_object_shows_itself_in_a_notebook(name: str) -> None:
    assert hasattr(MAIN[name], "_repr_html_"), f"{name} has no _repr_html_"


def test_what_a_notebook_shows_is_well_formed_and_escaped() -> None:
    shown = [part for part in results(case()) if hasattr(part, "_repr_html_")]
    texts = [read_html(part._repr_html_()) for part in shown]
    assert sum(NASTY in text for text in texts) >= 3
    read_html(brief(case(), "2001-01-01").html())


@settings(max_examples=30)
@given(strategies.snapshots())
def test_any_day_shows_itself(world: Snapshot) -> None:
    read_html(world._repr_html_())
    read_html(consistency.alignment(world)._repr_html_())
    for contest in world.contests:
        read_html(coalitions.recognition(world, contest.code)._repr_html_())
