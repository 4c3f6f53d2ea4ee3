"""Doctrines: what a principle, or loyalty to a camp, predicts of one actor toward one claimant."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from numbers import Integral

from attrs import field, frozen

from stancekit.errors import InputError, UnknownNameError, nearest
from stancekit.records.model import Actor, Claimant, Contest, ContestKind
from stancekit.records.snapshot import Snapshot

__all__ = [
    "PRINCIPLES",
    "Case",
    "Doctrine",
    "camps",
    "cases_of",
    "effective_control",
    "follow",
    "follow_bloc",
    "legality_of_election",
    "recognise_states",
    "self_determination",
    "sign_of",
    "territorial_integrity",
]


@frozen
class Case:
    """One claimant as one actor meets it: all that a doctrine may look at.

    Attributes
    ----------
    actor : Actor
        With its own traits.
    claimant : Claimant
        With its traits.
    contest : Contest
    rivals : tuple of Claimant
        The other claimants of the contest.
    snapshot : Snapshot
        The day, for doctrines that follow somebody. The actor's own stances are in it; a
        doctrine that looks at them explains nothing.

    Examples
    --------
    >>> from stancekit.records.dossier import Dossier
    >>> parent = Claimant("serbia", "k", traits=["parent-state"])
    >>> case = Case(Actor("ESP"), Claimant("kosovo", "k", traits=["secessionist"]),
    ...     Contest("k", kind="state"), (parent,), Dossier("empty").at("2019-12-31"))
    >>> territorial_integrity.says(case), self_determination.says(case)
    (-1, 1)
    """

    actor: Actor
    claimant: Claimant
    contest: Contest
    rivals: tuple[Claimant, ...]
    snapshot: Snapshot = field(repr=False)


@frozen
class Doctrine:
    """A rule that predicts the sign of a stance.

    Parameters
    ----------
    name : str
    prediction : function
        From a ``Case`` to +1, -1, 0 (a declared neutral stance), or None where the doctrine
        says nothing.
    is_principle : bool
        True where it looks at the claimant, False where it follows somebody.

    Examples
    --------
    >>> never = Doctrine("never recognise secession", lambda case:
    ...     -1 if "secessionist" in case.claimant.traits else None)
    >>> never.name
    'never recognise secession'
    """

    name: str
    prediction: Callable[[Case], int | None] = field(repr=False)
    is_principle: bool = True

    def says(self, case: Case) -> int | None:
        """What the doctrine predicts in one case.

        Raises
        ------
        InputError
            If ``prediction`` gives anything but -1, 0, +1 and None.
        """
        found = self.prediction(case)
        if found is None:
            return None
        if not (isinstance(found, Integral) and -1 <= found <= 1):
            raise InputError(
                f"the doctrine {self.name!r} predicts {found!r} of {case.actor.code} toward "
                f"{case.claimant.code}; it is to be -1, 0, +1 or None"
            )
        return int(found)


@frozen
class _ByTraits:
    """Predicts by the traits of the claimant; what is opposed weighs more."""

    favoured: frozenset[str]
    opposed: frozenset[str]

    def __call__(self, case: Case) -> int | None:
        traits = set(case.claimant.traits)
        if traits & self.opposed:
            return -1
        return 1 if traits & self.favoured else None


#: The parent state is right; secession, annexation and occupation are wrong.
territorial_integrity = Doctrine(
    "territorial integrity",
    _ByTraits(
        frozenset({"parent-state"}),
        frozenset({"secessionist", "annexing-state", "occupying-power"}),
    ),
)

#: Peoples that secede or await decolonisation are right; those that hold them are wrong.
self_determination = Doctrine(
    "self-determination",
    _ByTraits(
        frozenset({"secessionist", "self-determination-by-un", "non-self-governing"}),
        frozenset({"parent-state", "annexing-state", "occupying-power"}),
    ),
)


def _controls(case: Case) -> int | None:
    held = {"holds-territory", "effective-control"}
    if held & set(case.claimant.traits):
        return 1
    # who does not hold what a rival holds has lost it
    return -1 if any(held & set(rival.traits) for rival in case.rivals) else None


#: Whoever holds the territory is recognised, whoever has lost it is not: control, not title.
effective_control = Doctrine("effective control", _controls)

#: Whoever was elected lawfully is recognised, whoever was not is not.
legality_of_election = Doctrine(
    "legality of election",
    _ByTraits(frozenset({"elected"}), frozenset({"disputed-election", "disputed-referendum"})),
)


def _no_governments(case: Case) -> int | None:
    of_governments = case.contest.kind in (ContestKind.GOVERNMENT, ContestKind.SEAT)
    return 0 if of_governments else None


#: States are recognised, governments are not: toward rival governments, neutrality (the
#: Estrada doctrine of 1930).
recognise_states = Doctrine("recognise states, not governments", _no_governments)

#: The doctrines that look at the claimant.
PRINCIPLES = (
    territorial_integrity,
    self_determination,
    effective_control,
    legality_of_election,
    recognise_states,
)


def sign_of(value: float) -> int | None:
    """The sign of a value; None where there is none.

    >>> sign_of(-0.5), sign_of(0.0), sign_of(float("nan"))
    (-1, 0, None)
    """
    return None if math.isnan(value) else (value > 0) - (value < 0)


@frozen
class _Follow:
    leader: str

    def __call__(self, case: Case) -> int | None:
        world = case.snapshot
        if self.leader not in world.actors:
            raise UnknownNameError("actor", self.leader, nearest(self.leader, world.actors))
        if case.actor.code == self.leader:
            return None
        return sign_of(world.value(self.leader, case.claimant.code))


def follow(leader: str) -> Doctrine:
    """Do as another actor does; it predicts nothing of the leader itself.

    Asked of a day that does not know the leader, it raises UnknownNameError.

    >>> follow("USA").name
    'follow USA'
    """
    return Doctrine(f"follow {leader}", _Follow(leader), is_principle=False)


@frozen
class _FollowBloc:
    bloc: str

    def __call__(self, case: Case) -> int | None:
        world = case.snapshot
        members = world.members(self.bloc)
        if not members and self.bloc not in world.actors:
            blocs = sorted({membership.bloc for membership in world.memberships})
            raise UnknownNameError("bloc", self.bloc, nearest(self.bloc, blocs) or blocs)
        signs = [
            sign_of(world.value(member, case.claimant.code))
            for member in members
            if member != case.actor.code and member in world.actors
        ]
        known = [sign for sign in signs if sign is not None]
        return next((s for s in (-1, 0, 1) if 2 * known.count(s) > len(known)), None)


def follow_bloc(bloc: str) -> Doctrine:
    """Do as most other members of a bloc do; of members and of others alike.

    The sign that more than half of the members with a stance hold, the actor itself left out;
    nothing where there is no such sign. Asked of a day that does not know the bloc, it raises
    UnknownNameError.

    >>> follow_bloc("nato").name
    'follow the majority of nato'
    """
    return Doctrine(f"follow the majority of {bloc}", _FollowBloc(bloc), is_principle=False)


def camps(snapshot: Snapshot) -> tuple[Doctrine, ...]:
    """The camps that a snapshot knows: permanent members, and every bloc with members.

    Leaders are the actors with the trait ``permanent-member``.

    >>> from stancekit.records.dossier import Dossier
    >>> camps(Dossier("empty").at("2019-12-31"))
    ()
    """
    leaders = [
        a.code
        for a in snapshot.actor_records
        if "permanent-member" in a.traits and a.code in snapshot.actors
    ]
    blocs = sorted({membership.bloc for membership in snapshot.memberships})
    return (*map(follow, sorted(leaders)), *map(follow_bloc, blocs))


def cases_of(snapshot: Snapshot, actor: str) -> Iterator[tuple[Case, int]]:
    """The claimants toward which an actor has a declared value, with its sign.

    Contests to which the actor is itself a party are left out: nobody follows a doctrine in
    its own cause.

    Raises
    ------
    UnknownNameError
        If the snapshot has no such actor.

    Examples
    --------
    >>> from stancekit.datasets import load
    >>> world = load("contested-states").at("2015-06-30")
    >>> {case.contest.code for case, sign in cases_of(world, "ESP")} >= {"kosovo-status"}
    True
    """
    if actor not in snapshot.actors:
        raise UnknownNameError("actor", actor, nearest(actor, snapshot.actors))
    record = next((a for a in snapshot.actor_records if a.code == actor), None)
    if record is None:  # a claimant that speaks for itself
        return
    contests = {contest.code: contest for contest in snapshot.contests}
    party = {c.contest for c in snapshot.claimants if actor in (c.actor, c.code)}
    for claimant in snapshot.claimants:
        if claimant.contest in party or claimant.code not in snapshot.targets:
            continue
        sign = sign_of(snapshot.value(actor, claimant.code))
        if sign is not None:
            rivals = tuple(
                c
                for c in snapshot.claimants
                if c.contest == claimant.contest and c.code != claimant.code
            )
            yield Case(record, claimant, contests[claimant.contest], rivals, snapshot), sign
