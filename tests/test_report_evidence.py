"""What the brief rests on: conflicts, strained ties, proofs and what has changed."""

from __future__ import annotations

import pytest
from report_cases import seat, section_of

import stancekit as sk
from stancekit.errors import InputError
from stancekit.records.model import Actor, Membership
from stancekit.records.stance import Source, Stance
from stancekit.report import Section, brief

# oracles


def test_conflicts_name_the_winner_the_losers_and_cite_both():
    dossier = seat(
        Stance(
            "A",
            "a",
            "recognises",
            since="[..2019-02-06]",
            evidence=sk.Evidence(Source("list", date="2019-02-06"), confidence=0.9),
        ),
        Stance(
            "A",
            "a",
            degree="declared neutral",
            since="[..2019-02-05]",
            evidence=sk.Evidence(Source("wire"), via="X > Y", confidence=0.5),
        ),
    )
    made = brief(dossier, "2019-04-30")
    assert section_of(made, "Conflicts between sources").points == (
        "A toward Ann (recognition): latest takes recognises (since 2019-02-06 or earlier; list, "
        "0.9) over declared neutral (since 2019-02-05 or earlier; X > Y > wire, 0.5).",
    )
    assert sorted(made.data["evidence"]["citations"]) == ["list", "wire"]


def test_a_disputed_claim_names_who_claims():
    dossier = seat(
        Stance("A", "a", "rejects", channel="statement", since="2019-01", evidence="wire"),
        Stance(
            "A",
            "a",
            "supports",
            channel="reported",
            since="2019-02",
            claimed_by="a",
            evidence="video",
        ),
    )
    (point,) = section_of(brief(dossier, "2019-04-30"), "Conflicts between sources").points
    assert point == (
        "A toward Ann (statement and reported): disputed: rejects (since 2019-01; wire); "
        "supports (since 2019-02; says Ann; video)."
    )


def test_strained_ties_come_with_their_evidence():
    dossier = seat(
        Stance("A", "a", "recognises", evidence="x"),
        Stance("A", "b", "supports", evidence="y", since="2019-01"),
        Stance("A", "B", "supports"),
        Stance("B", "A", "supports"),
        Stance("B", "b", "recognises"),
    )
    section = section_of(brief(dossier, "2019-04-30"), "How consistent the alignments are")
    assert section.paragraphs[0] == (
        "The two camps that fit best contradict 1 of 4, the weight of 5 ties: consistency index "
        "0.500 (proved by a certificate that was checked for this brief)."
    )
    points = [point for point in section.points if point.startswith("Strained")]
    assert points == [
        "Strained sometimes (+1): A toward Ann, recognises (x).",
        "Strained sometimes (-1): Ann and Bob, rivals in The seat.",
        "Strained sometimes (+0.5): A and B toward each other, supports.",
        "Strained sometimes (+0.5): A toward Bob, supports (since 2019-01; y).",
    ]


def test_a_proof_that_fails_is_not_called_one(monkeypatch):
    from stancekit.signed.partition import Certificate

    monkeypatch.setattr(Certificate, "problems", lambda self, graph: ("broken",))
    dossier = seat(Stance("A", "a", "recognises"), Stance("A", "b", "supports"))
    made = brief(dossier, "2019-04-30")
    text = section_of(made, "How consistent the alignments are").paragraphs[0]
    assert "by the word of the solver" in text
    assert not made.data["alignment"]["is_certified"]


def test_changes_are_told_apart_from_first_records():
    dossier = seat(
        Stance("A", "a", "supports", since="2019-02-01", evidence="old"),
        Stance("A", "a", "recognises", since="2019-03-01", evidence="new"),
        Stance("B", "a", "recognises", since="[..2019-03-15]", evidence="list"),
        Stance("C", "b", "supports", since="2019-01-01"),
        Stance("A", "B", "supports", since="2019-03-02"),
    )
    section = section_of(
        brief(dossier, "2019-04-30", since="2019-02-06"), "What changed since 6 February 2019"
    )
    assert section.paragraphs == (
        "On record before, and changed: 1, told first.",
        "Not on record on 6 February 2019, and since: 2; that need not be a change of mind.",
    )
    assert section.points == (
        "A toward Ann: recognises since 2019-03-01 [new]; before, supports.",
        "B toward Ann: recognises since 2019-03-15 or earlier [list].",
        "A toward B: supports since 2019-03-02.",
    )
    made = brief(dossier, "2019-04-30", since="2019-02-06")
    assert sorted(made.data["evidence"]["citations"]) == ["list", "new", "old"]


def test_a_claim_that_begins_or_ends_is_told_once():
    dossier = seat(Stance("A", "a", "recognises", since="2019-01-24"))
    section = section_of(
        brief(dossier, "2019-01-30", since="2018-12-31"), "What changed since 31 December 2018"
    )
    assert section.points == (
        "The claim of Ann began in the meantime: it is from 2019-01-23 until 2022.",
        "A toward Ann: recognises since 2019-01-24.",
    )
    section = section_of(
        brief(dossier, "2023-01-30", since="2020-12-31"), "What changed since 31 December 2020"
    )
    assert section.points == (
        "The claim of Ann ended in the meantime: it is from 2019-01-23 until 2022.",
    )
    section = section_of(
        brief(dossier, "2020-12-31", since="2020-12-31"), "What changed since 31 December 2020"
    )
    assert section == Section(section.title, ("Nothing that is on record.",))


def test_general_knowledge_is_counted_and_named_apart():
    dossier = seat(
        Stance("A", "a", "recognises", evidence="paper"),
        Stance("B", "a", "recognises", evidence="general-knowledge"),
        Stance("C", "a", "recognises"),
    )
    made = brief(dossier, "2019-04-30")
    section = section_of(made, "Evidence and citations")
    assert section.paragraphs[0] == (
        "3 records speak that day: 1 on a named source, 1 on general knowledge, 1 on no source."
    )
    assert section.points == (
        "Believed without having been looked up: B toward Ann.",
        "[paper] paper.",
    )
    assert made.data["evidence"]["by_kind"] == {
        "a named source": 1,
        "general knowledge": 1,
        "no source": 1,
    }


def test_a_withdrawal_that_is_rescinded_stands_again():
    dossier = seat(
        Stance("A", "a", "recognises", since="2019-02-01"),
        Stance("A", "a", since="2019-03-01", act="withdraw"),
        Stance("A", "a", since="2019-04-01", act="rescind"),
        Stance("B", "a", value=0.9),
        actors=[*(Actor(code) for code in "AB"), Actor("X", kind="bloc")],
        memberships=[Membership(code, "X") for code in "AB"],
    )
    points = section_of(brief(dossier, "2019-04-30"), "Blocs and their members").points
    assert points[1] == (
        "X, members toward Ann: stands again (+1) 1 (A since 2019-04-01); value +0.9 1 (B)."
    )


# refusals


def test_changes_back_in_time_are_refused():
    with pytest.raises(InputError, match="since=2019-05-01 is after at=2019-04-30"):
        brief(seat(), "2019-04-30", since="2019-05-01")
