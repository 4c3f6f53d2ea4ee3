"""A case with everything that a draw draws: for the tests of ensembles."""

from __future__ import annotations

from typing import Any

from cases import case
from hypothesis import settings

from stancekit.records.dossier import Dossier
from stancekit.records.model import Weight
from stancekit.records.stance import Evidence, Stance

few = settings(max_examples=25, deadline=None)


def heavy(**changed: object) -> Dossier:
    """A case with everything that a draw draws."""

    def said(actor: str, toward: str, source: str, trust: float | None, **more: Any) -> Stance:
        return Stance(actor, toward, "recognises", evidence=Evidence(source, (), trust), **more)

    return case(
        said("A", "a", "list", 0.5, since="2019-01"),
        said("B", "a", "list", 0.75, since="2019-02-04"),
        said("C", "a", "wire", 0.25, since="2019"),
        said("D", "b", "own-words", 1.0, since="2018-12-01", until="2019-04"),
        said("E", "b", "nobody-judged", None, since="2019-03-01"),
        Stance("F", "b", "supports", since="[..2019-04]"),
        weights=[
            Weight("A", "population", 2019, 10, 3),
            Weight("B", "population", 2019, 5),
            Weight("C", "population", 2018, 2, 4),
            Weight("C", "population", 2019, 3, 6),
        ],
        **changed,
    )
