"""Draws over a shipped dossier: rate, and memory against the number of draws.

Each number of draws runs in a process of its own, here and without an executor, so that its
peak memory is its own. Before a figure is printed, the first draws are compared with worlds
made one by one, and those of each run with those of the shorter one.

    python benchmarks/bench_ensembles.py
    python benchmarks/bench_ensembles.py --draws 1000 10000 --json ensembles.json
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import stancekit as sk
from stancekit import ensembles
from stancekit.ensembles import running
from stancekit.measures import coalitions
from stancekit.records.snapshot import Snapshot

ROOT = Path(__file__).resolve().parents[1]
NAME, DAY, CONTEST = "venezuela-2019", "2019-04-30", "venezuela-presidency"


def recognised(world: Snapshot) -> dict[str, Any]:
    """How many recognise each claimant, and how much of the world's population."""
    found = coalitions.recognition(world, CONTEST)
    shares = found.shares("population")
    return {rival: len(group) for rival, group in found.items()} | {
        f"share of {rival}": shares[rival] for rival in found
    }


def measure(draws: int) -> dict[str, Any]:
    """One run, in this process alone."""
    running.WORTHWHILE = float("inf")
    dossier = sk.load(NAME)
    ensembles.over_draws(dossier, recognised, DAY, 3)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun, used = time.perf_counter(), time.process_time()
    found = ensembles.over_draws(dossier, recognised, DAY, draws)
    seconds, used = time.perf_counter() - begun, time.process_time() - used
    for number in range(5):
        expected = list(recognised(ensembles.draw(dossier, DAY, number)).values())
        assert found.lower[number, 0].tolist() == expected
    rows = {str(row["name"]): row for row in found.to_rows()}
    return {
        "draws": draws,
        "seconds": round(seconds, 2),
        "processor_seconds": round(used, 2),
        "draws_per_second": round(draws / seconds, 1),
        "draws_per_processor_second": round(draws / used, 1),
        "peak_mib_before": round(before / 1024, 1),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "values_kib": round(found.lower.nbytes / 1024, 1),
        "first": hashlib.sha256(found.lower[:100].tobytes()).hexdigest()[:16],
        "guaido": [rows["guaido"][key] for key in ("recorded_lower", "q0.05_lower", "q0.95_lower")],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measure(asked.one)))
        return
    rows = []
    for draws in asked.draws:
        done = subprocess.run(
            [sys.executable, __file__, "--one", str(draws)],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
        row = json.loads(done.stdout)
        if rows and draws >= 100:
            assert row["first"] == rows[0]["first"], "a draw depends on the number of draws"
        rows.append(row)
        print(
            f"{draws:>8} draws of {NAME}: {row['seconds']:.1f} s, "
            f"{row['draws_per_second']:.0f} a second "
            f"({row['draws_per_processor_second']:.0f} a second of processor time); peak memory "
            f"{row['peak_mib_before']:.0f} MiB before, {row['peak_mib']:.0f} MiB after, "
            f"{row['values_kib']:.0f} KiB of values"
        )
    grown = rows[-1]["peak_mib"] - rows[0]["peak_mib"]
    kept = (rows[-1]["values_kib"] - rows[0]["values_kib"]) / 1024
    print(f"from {rows[0]['draws']} to {rows[-1]['draws']} draws the peak grew by {grown:.1f} MiB")
    # the values twice (collected, and in the result), the sorting of one name, and noise
    assert grown < 4 * kept + 8, "memory grows with the number of draws"
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
