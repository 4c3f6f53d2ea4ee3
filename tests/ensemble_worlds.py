"""Measures that other processes can import: for the tests of ensembles."""

from __future__ import annotations

import math
import os
import time
from typing import Any

import numpy as np

from stancekit.measures import coalitions
from stancekit.records.snapshot import Snapshot


def members(world: Snapshot) -> dict[str, Any]:
    """How many are for each claimant, and by which share of the population."""
    contest = world.contests[0].code
    found = coalitions.support(world, contest)
    out: dict[str, Any] = {rival: len(group) for rival, group in found.items()}
    if "population" in world.weights:
        out |= {f"share of {k}": v for k, v in found.shares("population").items()}
    return out


def known(world: Snapshot) -> int:
    return int((world.absences < 0).sum())


def total(world: Snapshot) -> float:
    """Depends on every bit of values and weights."""
    weights = [np.nansum(column.values) for column in world.weight_columns]
    return math.fsum([*np.nan_to_num(world.values, nan=0.123).ravel().tolist(), *weights])


def band(world: Snapshot) -> tuple[float, float]:
    return float((world.values > 0).sum()), float(
        ((world.values > 0) | (world.absences >= 0)).sum()
    )


def refuses_may(world: Snapshot) -> int:
    if world.date.month == 5:
        raise ValueError("not in May")
    return known(world)


def dies_in_may(world: Snapshot) -> int:
    """Kills the process that it runs in, unless that is the one of the tests."""
    if world.date.month == 5:
        os._exit(3)
    return known(world)


def dies_once(world: Snapshot) -> int:
    """Kills its process the first time that it is asked about May."""
    flag = os.environ["STANCEKIT_TEST_FLAG"]
    if world.date.month == 5 and not os.path.exists(flag):
        open(flag, "w").close()
        os._exit(3)
    return known(world)


def slow(world: Snapshot) -> int:
    time.sleep(0.2)
    return known(world)
