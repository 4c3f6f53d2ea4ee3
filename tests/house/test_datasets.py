"""Every dossier that ships is whole: valid, sourced, licensed, and in its canonical form."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from stancekit import datasets
from stancekit.io import tables
from stancekit.records.dossier import Dossier
from stancekit.records.stance import GENERAL_KNOWLEDGE

names = pytest.mark.parametrize("name", datasets.names())

load = cache(datasets.load)


def test_there_are_dossiers() -> None:
    assert "venezuela-2019" in datasets.names()


@names
def test_nothing_looks_wrong(name: str) -> None:
    assert [str(problem) for problem in load(name).problems()] == []


@names
def test_it_says_what_it_is_and_under_which_licence(name: str) -> None:
    dossier = load(name)
    assert dossier.code == name
    assert dossier.title
    assert len(dossier.description) > 100
    assert dossier.licence


@names
def test_every_stance_has_a_source(name: str) -> None:
    bare = [stance for stance in load(name).stances if stance.evidence is None]
    assert bare == []


@names
def test_every_source_says_who_published_it(name: str) -> None:
    dossier = load(name)
    for source in dossier.sources:
        if source.id == GENERAL_KNOWLEDGE:
            assert (source.title, source.date, source.address) == ("", None, "")
        else:
            assert source.publisher, source


@names
def test_what_has_no_source_is_less_sure(name: str) -> None:
    sure = [
        stance
        for stance in load(name).stances
        if stance.evidence
        and stance.evidence.is_general_knowledge
        and not (stance.evidence.confidence or 1) < 1
    ]
    assert sure == []


@names
def test_every_source_is_used_or_named_in_a_note(name: str) -> None:
    dossier = load(name)
    used = {stance.evidence.source.id for stance in dossier.stances if stance.evidence}
    used |= {m.source for m in dossier.memberships} | {w.source for w in dossier.weights}
    rows = dossier.to_rows()
    notes = " ".join(str(row.get("note", "")) for table in rows.values() for row in table)
    idle = {source.id for source in dossier.sources} - used - {GENERAL_KNOWLEDGE}
    assert {source for source in idle if source not in notes} == set()


@names
def test_memberships_and_weights_have_sources(name: str) -> None:
    dossier = load(name)
    assert [membership for membership in dossier.memberships if not membership.source] == []
    assert [weight for weight in dossier.weights if not weight.source] == []


@names
def test_it_is_the_same_whenever_it_is_loaded(name: str, tmp_path: Path) -> None:
    dossier = datasets.load(name)
    again = datasets.load(name)
    assert again == dossier
    assert again.fingerprint == dossier.fingerprint
    tables.write(dossier, tmp_path / "case.json")
    assert tables.read(tmp_path / "case.json").fingerprint == dossier.fingerprint


@names
def test_its_files_are_as_we_would_write_them(name: str, tmp_path: Path) -> None:
    """Rows in canonical order: the same facts give the same bytes, and a change a small diff."""
    tables.write(load(name), tmp_path / "case")
    shipped = datasets.folder(name)
    for written in sorted((tmp_path / "case").glob("*.csv")):
        if (shipped / written.name).exists():
            expected = written.read_text(encoding="utf-8").splitlines()
            found = (shipped / written.name).read_text(encoding="utf-8").splitlines()
            wrong = next(
                (k for k, pair in enumerate(zip(expected, found)) if len({*pair}) > 1), None
            )
            where = "" if wrong is None else f"line {wrong + 1}: {found[wrong]}"
            assert found == expected, f"{written.name} is not as written, from {where}"


def test_a_shipped_dossier_is_a_dossier() -> None:
    assert all(isinstance(load(name), Dossier) for name in datasets.names())
