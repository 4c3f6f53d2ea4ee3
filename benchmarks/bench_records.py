"""Time and memory of a large dossier: read, validate, one day, against its number of records.

Generated stances: for a million of them 10,000 actors, 50 contests with two claimants each,
and 30 years, with reversals, dates known to the month only, and a note of its own on every
fourth row. Each size runs in a process of its own, and its answer is compared with the slow
oracle of the tests before a figure is printed. Seconds are those of the processor; the JSON
holds those of the clock beside them.

    python benchmarks/bench_records.py
    python benchmarks/bench_records.py --sizes 10000 100000 --json records.json
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
DAY = "2010-06-15"
SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
PHASES = ("read", "problems", "at", "at_again", "conflicts")


def generate(folder: Path, size: int, seed: int = 0) -> None:
    """Write a dossier of ``size`` stances, all different."""
    rng = np.random.default_rng(seed)
    actors, contests, years = max(20, size // 100), 50, 30
    (folder / "dossier.json").write_text('{"code": "generated"}\n', encoding="utf-8")

    def table(name: str, header: str, lines: list[str]) -> None:
        (folder / f"{name}.csv").write_text("\n".join([header, *lines, ""]), encoding="utf-8")

    table(
        "actors",
        "code,name,kind,since,until,traits,note",
        [f"A{i},Actor {i},state,{'1992-03-01' if i % 7 == 0 else ''},,," for i in range(actors)],
    )
    table(
        "contests",
        "code,title,kind,exclusive,since,until,note",
        [f"c{i},Contest {i},government,true,,," for i in range(contests)],
    )
    table(
        "claimants",
        "code,contest,name,actor,since,until,traits,note",
        [f"c{i}-{s},c{i},,,,,," for i in range(contests) for s in "ab"],
    )
    table(
        "sources",
        "id,publisher,title,date,address",
        [f"S{i},Publisher {i},,20{i % 20:02d}-01-{1 + i % 28:02d}," for i in range(500)],
    )
    degrees = ["declares illegitimate", "rejects", "criticises", "declared neutral", "supports"]
    degrees += ["recognises de facto", "recognises"]
    channels = ["recognition", "statement", "vote"]
    first = np.datetime64("1990-01-01")
    dates = (first + rng.integers(0, 365 * years, size)).astype(str)
    draw = {
        "actor": rng.integers(0, actors, size).tolist(),
        "contest": rng.integers(0, contests, size).tolist(),
        "side": rng.integers(0, 2, size).tolist(),
        "channel": rng.integers(0, 3, size).tolist(),
        "degree": rng.integers(0, len(degrees), size).tolist(),
        "source": rng.integers(0, 500, size).tolist(),
        "kind": rng.random(size).tolist(),
        "trust": rng.integers(1, 10, size).tolist(),
    }
    lines = []
    for row, (a, c, s, ch, dg, src, kind, tr) in enumerate(zip(*draw.values(), strict=True)):
        date = str(dates[row])
        date = date[:7] if kind < 0.05 else date
        act = "withdraw" if kind > 0.97 else "rescind" if kind > 0.96 else ""
        note = f"record {row}" if row % 4 == 0 else ""
        # the confidence keeps the records apart where all else is equal
        trust = f"0.{tr}{row % 9973:04d}"
        lines.append(
            f"A{a},c{c}-{'ab'[s]},{channels[ch]},{'' if act else degrees[dg]},,,{date},,{act},"
            f"S{src},,{trust},,{note}"
        )
    header = "actor,toward,channel,degree,value,absence,since,until,act,source,via,confidence"
    table("stances", header + ",claimed_by,note", sorted(set(lines)))


def peak_megabytes() -> float:
    """The most memory that this process has held.

    ``ru_maxrss`` starts from that of the parent on Linux, so the kernel's own mark is read.
    """
    status = Path("/proc/self/status")
    if status.exists():
        mark = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(mark.split()[1]) / 1024
    found = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found / (2**20 if sys.platform == "darwin" else 2**10)


def child(folder: Path, cells: int) -> None:
    """Read, validate, answer and compare with the oracle; prints one JSON object."""
    import stancekit

    before = peak_megabytes()
    seconds: dict[str, float] = {}

    wall: dict[str, float] = {}

    def timed(name, work):
        start, begun = time.process_time(), time.perf_counter()
        made = work()
        seconds[name] = time.process_time() - start
        wall[name] = time.perf_counter() - begun
        return made

    dossier = timed("read", lambda: stancekit.read(folder))
    problems = timed("problems", dossier.problems)
    world = timed("at", lambda: dossier.at(DAY))
    timed("at_again", lambda: dossier.at("2001-02-03"))
    conflicts = timed("conflicts", lambda: dossier.conflicts(DAY))
    peak = peak_megabytes()

    sys.path.insert(0, str(ROOT / "tests"))
    from day_oracle import cell_of

    rng = np.random.default_rng(1)
    table = dossier.table
    place = {name: i for i, name in enumerate(table.names)}
    for _ in range(cells):
        actor = world.actors[int(rng.integers(len(world.actors)))]
        target = world.targets[int(rng.integers(len(world.targets)))]
        rows = np.flatnonzero(
            (table.actor == place.get(actor, -1)) & (table.toward == place.get(target, -1))
        )
        expected = cell_of([table[i] for i in rows.tolist()], world.date)
        found = world.absence(actor, target) or world.value(actor, target)
        assert found == expected, (actor, target, found, expected)
    print(
        json.dumps(
            {
                "records": len(dossier.stances),
                "actors": len(dossier.actors),
                "seconds": seconds,
                "wall_seconds": wall,
                "peak_mb": peak,
                "own_mb": peak - before,
                "known_cells": int((world.absences < 0).sum()),
                "problems": len(problems),
                "conflicts": len(conflicts),
                "cells_checked": cells,
            }
        )
    )


def exponent(sizes: list[float], amounts: list[float]) -> float:
    """Slope of log amount over log size."""
    return float(np.polyfit(np.log(sizes), np.log(amounts), 1)[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--cells", type=int, default=300, help="cells compared with the oracle")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        child(asked.child, asked.cells)
        return
    runs = []
    print(f"{'records':>9} {'MB csv':>7} {'peak MB':>8} " + " ".join(f"{p:>9}" for p in PHASES))
    for size in asked.sizes:
        with tempfile.TemporaryDirectory() as folder:
            generate(Path(folder), size)
            on_disk = (Path(folder) / "stances.csv").stat().st_size / 2**20
            command = [sys.executable, __file__, "--child", folder, "--cells", str(asked.cells)]
            found = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
        run = json.loads(found.stdout) | {"csv_mb": on_disk}
        runs.append(run)
        shown = " ".join(f"{run['seconds'][phase]:8.3f}s" for phase in PHASES)
        print(f"{run['records']:9d} {on_disk:7.1f} {run['peak_mb']:8.0f} {shown}", flush=True)
    result = {"day": DAY, "runs": runs}
    if len(runs) > 1:
        n = [run["records"] for run in runs]
        total = [sum(run["seconds"][p] for p in ("read", "problems", "at")) for run in runs]
        result["exponent_seconds"] = exponent(n, total)
        result["exponent_memory"] = exponent(n, [run["own_mb"] for run in runs])
        print(
            f"read + problems + at grow as records^{result['exponent_seconds']:.2f}, "
            f"memory beyond the import as records^{result['exponent_memory']:.2f}"
        )
    if asked.json:
        asked.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
