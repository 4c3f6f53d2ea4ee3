"""Time of ``import stancekit`` over ``import numpy``, each in processes of its own.

python benchmarks/bench_import.py
python benchmarks/bench_import.py --repeat 30 --json import.json
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("scipy", "hypothesis", "matplotlib", "pandas", "networkx", "narwhals", "tqdm")
STATEMENTS = {
    "python": "pass",
    "numpy": "import numpy",
    "numpy and attrs": "import numpy, attrs",
    "stancekit": "import stancekit",
}


def loaded_by(statement: str) -> set[str]:
    """Top-level modules that a statement loads."""
    code = f"{statement}\nimport sys\nprint(' '.join({{m.split('.')[0] for m in sys.modules}}))"
    found = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT
    )
    return set(found.stdout.split())


def seconds(statement: str) -> float:
    """Wall-clock time of one fresh interpreter that runs the statement."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True, cwd=ROOT)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    asked = parser.parse_args()

    loaded = loaded_by(STATEMENTS["stancekit"])
    assert "stancekit" in loaded, "stancekit is not installed"
    too_heavy = sorted(loaded & set(HEAVY))
    assert not too_heavy, f"import stancekit loads {', '.join(too_heavy)}"

    times: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    for _ in range(asked.repeat):  # in turn, so that a busy moment meets all of them
        for name, statement in STATEMENTS.items():
            times[name].append(seconds(statement))
    medians = {name: statistics.median(found) for name, found in times.items()}
    for name, median in medians.items():
        print(f"{name:16} {1000 * median:7.1f} ms")
    bare = medians["python"]
    ratio = (medians["stancekit"] - bare) / (medians["numpy"] - bare)
    print(
        f"import stancekit takes {ratio:.2f} times as long as import numpy, "
        f"and loads none of {', '.join(HEAVY)}"
    )
    if asked.json:
        figures = {"median_seconds": medians, "ratio_to_numpy": ratio, "repeat": asked.repeat}
        asked.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
