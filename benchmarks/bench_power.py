"""Voting power: agreement with brute force, the reach of exact counting, and where others break.

Every answer is checked before it is timed. The assembly weighted by population needs the
state systems data (STANCEKIT_DATA); populations there are estimates in millions, used here
in units of a million, 100,000 and 10,000 persons; of 1,000 with --thousands (a minute and
1.2 GiB); and with --persons in single persons: Banzhaf exactly, ten minutes and 3.1 GiB, and
bounds of it from units of 1,000.

    python benchmarks/bench_power.py
    python benchmarks/bench_power.py --thousands --persons --json power.json
"""

from __future__ import annotations

import argparse
import csv
import gzip
import itertools
import json
import math
import os
import resource
import time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np

from stancekit.measures import power

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("STANCEKIT_DATA", ROOT.parent / "shared" / "data"))
INDICES = (power.banzhaf, power.shapley_shubik, power.holler_packel)

#: Members of the European Union in 2019 without the United Kingdom, by Correlates of War code.
UNION = {
    "AUT": 305, "BEL": 211, "BGR": 355, "HRV": 344, "CYP": 352, "CZE": 316, "DNK": 390,
    "EST": 366, "FIN": 375, "FRA": 220, "DEU": 255, "GRC": 350, "HUN": 310, "IRL": 205,
    "ITA": 325, "LVA": 367, "LTU": 368, "LUX": 212, "MLT": 338, "NLD": 210, "POL": 290,
    "PRT": 235, "ROU": 360, "SVK": 317, "SVN": 349, "ESP": 230, "SWE": 380,
}  # fmt: skip

#: States of that system in 2019 that are no members of the United Nations: Kosovo, Taiwan.
NO_MEMBERS = {"347", "713"}


def timed(work):
    """Seconds of processor time, and the answer."""
    start = time.process_time()
    made = work()
    return time.process_time() - start, made


def brute(quota: int, weights: list[int]):
    """Swings, Shapley-Shubik values and memberships by listing all coalitions."""
    size = len(weights)
    swings, shapley, members = [0] * size, [Fraction(0)] * size, [0] * size
    for s in range(1, size + 1):
        share = Fraction(math.factorial(s - 1) * math.factorial(size - s), math.factorial(size))
        for coalition in itertools.combinations(range(size), s):
            weight = sum(weights[i] for i in coalition)
            if weight < quota:
                continue
            needed = [i for i in coalition if weight - weights[i] < quota]
            for i in needed:
                swings[i] += 1
                shapley[i] += share
            if len(needed) == s:
                for i in coalition:
                    members[i] += 1
    return tuple(swings), tuple(shapley), tuple(members)


def small_games(number: int) -> dict[str, float]:
    generator, checked = np.random.default_rng(0), 0
    start = time.perf_counter()
    while checked < number:
        weights = generator.integers(0, 50, generator.integers(1, 8)).tolist()
        if not sum(weights):
            continue
        quota = int(generator.integers(1, sum(weights) + 1))
        swings, shapley, members = brute(quota, weights)
        assert power.banzhaf(quota, weights).swings == swings
        assert power.shapley_shubik(quota, weights).values == shapley
        assert power.holler_packel(quota, weights).memberships == members
        checked += 1
    seconds = time.perf_counter() - start
    print(f"  {checked} games of up to 7 players: all three indices equal ({seconds:.1f} s)")
    return {"games": checked, "seconds": seconds}


def security_council() -> dict[str, str]:
    weights = [7] * 5 + [1] * 10
    shapley, banzhaf = power.shapley_shubik(39, weights), power.banzhaf(39, weights)
    assert shapley.values == (Fraction(421, 2145),) * 5 + (Fraction(4, 2145),) * 10
    assert banzhaf.swings == (848,) * 5 + (84,) * 10
    print(
        f"  Security Council: Shapley-Shubik {shapley[0]} and {shapley[14]}; Banzhaf "
        f"{banzhaf[0]} and {banzhaf[14]}; veto players {len(shapley.veto)}"
    )
    return {"shapley": f"{shapley[0]}, {shapley[14]}", "banzhaf": f"{banzhaf[0]}, {banzhaf[14]}"}


def peer_overflow() -> list[dict[str, object]]:
    """One vote each, simple majority: every member has the same power, whatever the number."""
    try:
        import powerindices
    except ImportError:
        print("  powerindices is not installed, so its overflow cannot be shown")
        return []
    found = []
    for size in (15, 40, 60, 66, 68, 70, 80):
        quota = size // 2 + 1
        exact = power.shapley_shubik(quota, [1] * size)
        seconds, exact_raw = timed(lambda q=quota, n=size: power.banzhaf(q, [1] * n).raw[0])
        assert set(exact) == {Fraction(1, size)}
        with np.errstate(all="ignore"):
            peer_seconds, raw = timed(
                lambda q=quota, n=size: float(powerindices.compute_pbi(q, [1] * n)[0])
            )
            shapley = [float(value) for value in powerindices.compute_ssi(quota, [1] * size)]
        right = math.isclose(raw, exact_raw, rel_tol=1e-9)
        sound = all(math.isclose(value, 1 / size, rel_tol=1e-9) for value in shapley)
        found.append(
            {
                "players": size,
                "banzhaf_exact": float(exact_raw),
                "banzhaf_peer": raw,
                "shapley_sum_peer": sum(shapley),
                "peer_right": right and sound,
                "seconds": seconds,
                "peer_seconds": peer_seconds,
            }
        )
        print(
            f"  {size:3d} equal players: Banzhaf {float(exact_raw):.6f} exactly, powerindices "
            f"{raw:.6f}; its Shapley-Shubik values sum to {sum(shapley):.6f}"
            f"{'' if right and sound else '   <- silently wrong'}"
        )
    return found


def populations(year: str) -> dict[str, Decimal]:
    """Millions of persons by Correlates of War code, heaviest first."""
    with gzip.open(DATA / "state_systems" / "cw_gdppop_1990_on.csv.gz", "rt") as file:
        rows = [row for row in csv.DictReader(file) if row["year"][:4] == year]
    known = [row for row in rows if row["pwtpop"] not in ("", "NA")]
    people = {str(int(float(row["ccode"]))): Decimal(row["pwtpop"]) for row in known}
    return dict(sorted(people.items(), key=lambda item: -item[1]))


def assembly(units: list[str]) -> list[dict[str, object]]:
    people = {k: v for k, v in populations("2019").items() if k not in NO_MEMBERS}
    assert len(people) == 193
    found = []
    for unit in units:
        made = power.rounded(people, Decimal(unit))
        total = sum(made.weights.values())
        quota = -(-2 * total // 3)
        for index in INDICES:
            if total > 10**6 and index is power.holler_packel:
                continue
            seconds, result = timed(lambda i=index, q=quota, w=made.weights: i(q, w))
            assert len(result) == 193
            assert sum(result) == 1
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            found.append(
                {
                    "unit_millions": unit,
                    "total": total,
                    "index": index.__name__,
                    "seconds": seconds,
                    "peak_mib": peak,
                    "largest": float(max(result)),
                    "digits": len(str(max(result).denominator)),
                }
            )
            print(
                f"  193 members, {total:8d} units of {float(unit) * 1e6:,.0f} persons, "
                f"{index.__name__:15s} {seconds:7.2f} s, sums to 1 exactly; the heaviest has "
                f"{float(max(result)):.6f} (denominator of {found[-1]['digits']} digits; peak so "
                f"far {peak:.0f} MiB)"
            )
    return found


def single_persons() -> dict[str, object]:
    """Banzhaf in whole persons, and what bounds from thousands would have said of it."""
    millions = {k: v for k, v in populations("2019").items() if k not in NO_MEMBERS}
    people = {code: int(value * 10**6) for code, value in millions.items()}
    quota = -(-2 * sum(people.values()) // 3)
    found: dict[str, object] = {"total": sum(people.values())}
    for bounds in (power.banzhaf_bounds, power.shapley_shubik_bounds):
        unit = 1000 if bounds is power.banzhaf_bounds else 10_000
        seconds, told = timed(lambda b=bounds, u=unit: b(quota, people, u))
        width = float(max(high - low for low, high in zip(told.lower, told.upper, strict=True)))
        found[bounds.__name__] = {"unit": unit, "seconds": seconds, "widest": width}
        print(f"  {bounds.__name__} from units of {unit}: {seconds:.1f} s, {told}")
        if bounds is power.banzhaf_bounds:
            swings = told
    seconds, exact = timed(lambda: power.banzhaf(quota, people, memory=4 << 30))
    assert sum(exact) == 1
    assert all(
        low <= true <= high
        for low, true, high in zip(swings.least, exact.swings, swings.most, strict=True)
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    found["banzhaf"] = {"seconds": seconds, "peak_gib": peak, "largest": float(max(exact))}
    print(
        f"  banzhaf of {sum(people.values())} single persons: {seconds:.0f} s, {peak:.2f} GiB, "
        f"sums to 1 exactly; the heaviest has {float(max(exact)):.9f}"
    )
    return found


def union_council() -> dict[str, object]:
    """55 % of members with 65 % of the people, or all but three: whole persons, 27 members."""
    people = populations("2019")
    persons = {code: int(people[str(cow)] * 10**6) for code, cow in UNION.items()}
    heads = dict.fromkeys(persons, 1)
    quota = -(-65 * sum(persons.values()) // 100)
    rule = (power.majority(15, heads) & power.majority(quota, persons)) | power.majority(24, heads)
    found: dict[str, object] = {"total": sum(persons.values())}
    for index in (power.banzhaf_under, power.shapley_shubik_under):
        seconds, result = timed(lambda i=index: i(rule))
        assert sum(result) == 1
        found[index.__name__] = {"seconds": seconds, "DEU": float(result["DEU"])}
        ranked = sorted(zip(result.players, result, strict=True), key=lambda p: -p[1])
        told = ", ".join(f"{name} {float(value):.4f}" for name, value in ranked[:4])
        print(f"  {index.__name__:22s} {seconds:6.2f} s: {told} ... MLT {float(result['MLT']):.4f}")
    return found


def growth() -> dict[str, list[tuple[int, float]]]:
    generator = np.random.default_rng(1)
    found: dict[str, list[tuple[int, float]]] = {"players": [], "total": [], "halves": []}
    for size in (50, 100, 200, 400):
        weights = generator.integers(1, 2 * 20_000 // size, size).tolist()
        seconds, result = timed(lambda w=weights: power.shapley_shubik(sum(w) // 2 + 1, w))
        assert sum(result) == 1
        found["players"].append((size, seconds))
        print(f"  {size:3d} players, total {sum(weights):8d}: {seconds:6.2f} s")
    for total in (10_000, 30_000, 100_000, 300_000):
        weights = generator.integers(1, 2 * total // 100, 100).tolist()
        seconds, result = timed(lambda w=weights: power.shapley_shubik(sum(w) // 2 + 1, w))
        assert sum(result) == 1
        found["total"].append((sum(weights), seconds))
        print(f"  100 players, total {sum(weights):8d}: {seconds:6.2f} s")
    for size in (20, 27, 34, 40):
        weights = generator.integers(1, 10**9, size).tolist()
        seconds, result = timed(lambda w=weights: power.shapley_shubik(sum(w) // 2 + 1, w))
        assert sum(result) == 1
        found["halves"].append((size, seconds))
        print(f"  {size:3d} players of up to a billion, by halves: {seconds:6.2f} s")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--games", type=int, default=3000)
    parser.add_argument("--thousands", action="store_true", help="populations in thousands too")
    parser.add_argument("--persons", action="store_true", help="single persons too, Banzhaf")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    report: dict[str, object] = {}
    print("brute force")
    report["brute_force"] = small_games(options.games)
    print("published values")
    report["security_council"] = security_council()
    print("the package powerindices")
    report["powerindices"] = peer_overflow()
    print("growth of Shapley-Shubik")
    report["growth"] = growth()
    if (DATA / "state_systems").exists():
        print("Council of the European Union, populations of 2019")
        report["union_council"] = union_council()
        print("an assembly weighted by population, two thirds needed")
        units = ["1", "0.1", "0.01", "0.001"] if options.thousands else ["1", "0.1", "0.01"]
        report["assembly"] = assembly(units)
        if options.persons:
            report["single_persons"] = single_persons()
    else:
        print(f"no populations in {DATA}: set STANCEKIT_DATA")
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
