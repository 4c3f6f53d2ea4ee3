"""Small worlds, and what doctrines say of them, written anew from their definitions."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st

from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest, Membership
from stancekit.records.stance import Stance

DAY = "2019-12-31"
SIGNS = (-1, 0, 1)
TRAITS = ("parent-state", "secessionist", "holds-territory", "elected", "annexing-state")
KINDS = ("state", "government", "territory", "seat")
signs = st.sampled_from(SIGNS)


def world_of(held, traits, members=(), kinds=None):
    """A day: ``held[actor][claimant]`` is a sign; claimants c0a, c0b of the contest c0, ..."""
    contests = sorted({claimant[:-1] for claimant in traits})
    actors = [Actor(a, traits=("permanent-member",) if a.startswith("L") else ()) for a in held]
    return Dossier(
        "case",
        actors=[*actors, Actor("club", kind="bloc")],
        memberships=[Membership(member, "club") for member in members],
        contests=[Contest(c, kind=(kinds or {}).get(c, "state")) for c in contests],
        claimants=[Claimant(c, c[:-1], traits=t) for c, t in traits.items()],
        stances=[
            Stance(actor, claimant, value=float(sign))
            for actor, said in held.items()
            for claimant, sign in said.items()
        ],
    )


@st.composite
def small_worlds(draw):
    """Up to five contests with one or two claimants, four actors, two of them leaders."""
    claimants = [
        f"c{k}{side}"
        for k in range(draw(st.integers(1, 5)))
        for side in draw(st.sampled_from(("a", "ab")))
    ]
    traits = {
        c: draw(st.lists(st.sampled_from(TRAITS), max_size=2, unique=True)) for c in claimants
    }
    held = {
        actor: draw(st.dictionaries(st.sampled_from(claimants), signs, max_size=len(claimants)))
        for actor in ("A1", "A2", "L1", "L2")
    }
    kinds = {c[:-1]: draw(st.sampled_from(KINDS)) for c in claimants}
    members = draw(st.sets(st.sampled_from(sorted(held))))
    return world_of(held, traits, sorted(members), kinds)


def stances_of(world, actor):
    """Claimant, contest and sign of each declared stance outside the actor's own cause."""
    found = []
    for claimant in world.claimants:
        own = {c.contest for c in world.claimants if actor in (c.code, c.actor)}
        value = world.value(actor, claimant.code)
        if not math.isnan(value) and claimant.contest not in own:
            found.append((claimant, claimant.contest, int(np.sign(value))))
    return found


def says(world, doctrine, actor, claimant):
    """Predictions written anew from what the doctrines are said to be."""
    traits = set(claimant.traits)
    rivals = [c for c in world.claimants if c.contest == claimant.contest and c != claimant]
    if doctrine == "territorial integrity":
        wrong = {"secessionist", "annexing-state", "occupying-power"}
        return -1 if traits & wrong else 1 if "parent-state" in traits else None
    if doctrine == "self-determination":
        wrong = {"parent-state", "annexing-state", "occupying-power"}
        right = {"secessionist", "self-determination-by-un", "non-self-governing"}
        return -1 if traits & wrong else 1 if traits & right else None
    if doctrine == "effective control":
        control = {"holds-territory", "effective-control"}
        if traits & control:
            return 1
        return -1 if any(control & set(rival.traits) for rival in rivals) else None
    if doctrine == "legality of election":
        wrong = {"disputed-election", "disputed-referendum"}
        return -1 if traits & wrong else 1 if "elected" in traits else None
    if doctrine == "recognise states, not governments":
        kind = world.contest(claimant.contest).kind
        return 0 if kind in ("government", "seat") else None
    leaders = [doctrine.removeprefix("follow ")]
    if doctrine.startswith("follow the majority of "):
        leaders = world.members(doctrine.removeprefix("follow the majority of "))
    said = [
        np.sign(value)
        for leader in leaders
        if leader != actor and not math.isnan(value := world.value(leader, claimant.code))
    ]
    return next((s for s in SIGNS if said.count(s) > len(said) / 2), None)


def planted(seed, obeys, noise, contests=12):
    """Twelve contests; A does what a doctrine says but for noise; leaders go by the toss."""
    rng = np.random.default_rng(seed)
    traits, held = {}, {name: {} for name in ("A", "B", "L1", "L2", "L3", "M1", "M2", "M3")}
    for k in range(contests):
        first, second = rng.permutation([["parent-state"], ["secessionist"]]).tolist()
        held_by = int(rng.integers(2))
        for j, side in enumerate("ab"):
            claimant = f"c{k}{side}"
            traits[claimant] = [*(first, second)[j], *(["holds-territory"] if j == held_by else [])]
            for name in held:
                held[name][claimant] = int(rng.choice((-1, 1)))
            right = {
                "integrity": 1 if "parent-state" in traits[claimant] else -1,
                "leader": held["L1"][claimant],
                "bloc": 1 if sum(held[m][claimant] for m in ("M1", "M2", "M3")) > 0 else -1,
                "nobody": int(rng.choice((-1, 1))),
            }[obeys]
            held["A"][claimant] = right if rng.random() >= noise else -right
    return world_of(held, traits, ("M1", "M2", "M3")).at(DAY)
