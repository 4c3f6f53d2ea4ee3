"""All pairs of an assembly: rate per pair against straightforward pairwise code, memory, growth.

The straightforward code is what one writes first: for each pair of states pick the shared roll
calls, then compute; for kappa, ``sklearn.metrics.cohen_kappa_score`` on them. Every answer is
compared before it is timed. Needs the General Assembly votes (STANCEKIT_DATA).

    python benchmarks/bench_agreement.py
    python benchmarks/bench_agreement.py --json agreement.json
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import math
import os
import resource
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np

from stancekit.measures import agreement

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("STANCEKIT_DATA", ROOT.parent / "shared" / "data"))
SCALE = (1, 3)
LEVELS = np.array([1.0, 2.0, 3.0])
STATISTICS = (
    agreement.raw,
    agreement.s_score,
    agreement.s_score_squared,
    agreement.kappa,
    agreement.kappa_linear,
    agreement.kappa_quadratic,
    agreement.scott_pi,
    agreement.scott_pi_linear,
    agreement.scott_pi_quadratic,
    agreement.tau_b,
)


def assembly() -> tuple[list[str], list[str], np.ndarray]:
    """States, dates of the roll calls, and votes (states, roll calls): 1 no, 2 abstain, 3 yes."""
    folder = DATA / "unga_votes"
    with gzip.open(folder / "un_roll_calls.csv.gz", "rt", encoding="utf-8") as file:
        dates = {row["rcid"]: row["date"] for row in csv.DictReader(file)}
    with gzip.open(folder / "un_votes.csv.gz", "rt", encoding="utf-8") as file:
        rows = [(row["country"], row["rcid"], row["vote"]) for row in csv.DictReader(file)]
    states = sorted({state for state, _, _ in rows})
    calls = sorted({rcid for _, rcid, _ in rows}, key=int)
    votes = np.full((len(states), len(calls)), np.nan)
    code = {"no": 1.0, "abstain": 2.0, "yes": 3.0}
    row_of = {state: i for i, state in enumerate(states)}
    column_of = {rcid: j for j, rcid in enumerate(calls)}
    for state, rcid, vote in rows:
        votes[row_of[state], column_of[rcid]] = code[vote]
    return states, [dates[rcid] for rcid in calls], votes


# --- straightforward pairwise code -------------------------------------------


def shared(x, y):
    both = ~np.isnan(x) & ~np.isnan(y)
    return x[both], y[both]


def exponent(name: str) -> int:
    return 2 if name.endswith(("squared", "quadratic")) else int(name.endswith(("linear", "core")))


def straightforward(name: str):
    """A function of two rows that computes the statistic by its formula."""
    power = exponent(name)
    apart = np.abs(LEVELS[:, None] - LEVELS[None, :]) ** power
    np.fill_diagonal(apart, 0.0)

    def tau(x, y):
        from scipy.stats import kendalltau

        x, y = shared(x, y)
        return kendalltau(x, y).statistic if len(x) > 1 else math.nan

    def distance(x, y):
        x, y = shared(x, y)
        if not len(x):
            return math.nan
        if name == "raw":
            return float((x == y).mean())
        return 1 - 2 * float((np.abs(x - y) ** power).mean()) / 2**power

    def corrected(x, y):
        x, y = shared(x, y)
        if not len(x):
            return math.nan
        table = np.array([[((x == a) & (y == b)).mean() for b in LEVELS] for a in LEVELS])
        rows, columns = table.sum(1), table.sum(0)
        if name.startswith("scott"):
            rows = columns = (rows + columns) / 2
        expected = (np.outer(rows, columns) * apart).sum()
        return 1 - (table * apart).sum() / expected if expected > 1e-12 else math.nan

    if name == "tau_b":
        return tau, "scipy.stats.kendalltau"
    if name == "raw" or name.startswith("s_score"):
        return distance, "numpy, pair by pair"
    return corrected, "numpy, pair by pair"


def sklearn_kappa(name: str):
    from sklearn.metrics import cohen_kappa_score

    weights = {"kappa": None, "kappa_linear": "linear", "kappa_quadratic": "quadratic"}[name]

    def kappa(x, y):
        x, y = shared(x, y)
        return cohen_kappa_score(x, y, labels=LEVELS, weights=weights) if len(x) else math.nan

    return kappa, "sklearn.metrics.cohen_kappa_score"


def peers(name: str):
    yield straightforward(name)
    if name.startswith("kappa"):
        try:
            yield sklearn_kappa(name)
        except ImportError:
            print(f"  {name}: scikit-learn is not installed, so its cohen_kappa_score is skipped")


def best_of(times: int, work) -> tuple[float, object]:
    seconds, made = math.inf, None
    for _ in range(times):
        start = time.perf_counter()
        made = work()
        seconds = min(seconds, time.perf_counter() - start)
    return seconds, made


def rates(votes: np.ndarray, sample: int, rng: np.random.Generator) -> list[dict[str, object]]:
    """Seconds per pair, ours over all pairs, the peers' over a sample of pairs."""
    size = len(votes)
    pairs = size * (size - 1) // 2
    known = (~np.isnan(votes)).astype(np.float32)
    candidates = np.argwhere(np.triu(known @ known.T, 1) > 0)
    chosen = candidates[rng.choice(len(candidates), sample, replace=False)]
    found, written_here = [], 0.0
    for statistic in STATISTICS:
        name = statistic.__name__
        ours, result = best_of(3, lambda s=statistic: agreement.pairwise(votes, s, scale=SCALE))
        for peer, title in peers(name):
            start = time.perf_counter()
            with np.errstate(invalid="ignore", divide="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                theirs = [peer(votes[i], votes[j]) for i, j in chosen]
            each = (time.perf_counter() - start) / sample
            mine = result.values[chosen[:, 0], chosen[:, 1]]
            defined = ~np.isnan(theirs) & ~np.isnan(mine)
            assert np.allclose(mine[defined], np.array(theirs)[defined], atol=1e-9), name
            assert defined.mean() > 0.95
            ratio = each / (ours / pairs)
            written_here += each if title.startswith("numpy") else 0.0
            found.append(
                {
                    "statistic": name,
                    "pairs": pairs,
                    "seconds": ours,
                    "microseconds_a_pair": 1e6 * ours / pairs,
                    "peer": title,
                    "peer_microseconds_a_pair": 1e6 * each,
                    "ratio": ratio,
                }
            )
            print(
                f"  {name:20s} {ours:6.3f} s all pairs, {1e6 * ours / pairs:6.1f} us a pair; "
                f"{title}: {1e6 * each:7.0f} us; {ratio:5.0f} times"
            )
    nine = STATISTICS[:-1]
    ours, _ = best_of(3, lambda: agreement.pairwise_each(votes, nine, scale=SCALE))
    ratio = written_here / (ours / pairs)
    found.append(
        {
            "statistic": "all but tau_b in one call",
            "pairs": pairs,
            "seconds": ours,
            "microseconds_a_pair": 1e6 * ours / pairs,
            "peer": "numpy, pair by pair",
            "peer_microseconds_a_pair": 1e6 * written_here,
            "ratio": ratio,
        }
    )
    print(
        f"  nine in one call     {ours:6.3f} s all pairs, {1e6 * ours / pairs:6.1f} us a pair; "
        f"numpy, pair by pair: {1e6 * written_here:7.0f} us; {ratio:5.0f} times"
    )
    return found


def growth(votes: np.ndarray) -> dict[str, list[tuple[int, float]]]:
    states, items = [], []
    wide = np.vstack([votes, votes[::-1]])
    for size in (50, 100, 200, 400):
        part = wide[:size]
        seconds, _ = best_of(3, lambda p=part: agreement.pairwise(p, agreement.kappa))
        states.append((size, seconds))
        print(f"  {size:4d} states x {part.shape[1]:6d} items: {seconds:6.3f} s")
    long = np.hstack([votes] * 4)
    for size in (1550, 3100, 6200, 12400, 24800):
        part = np.ascontiguousarray(long[:, :size])
        seconds, _ = best_of(3, lambda p=part: agreement.pairwise(p, agreement.kappa))
        items.append((size, seconds))
        print(f"  {len(votes):4d} states x {size:6d} items: {seconds:6.3f} s")
    return {"states": states, "items": items}


def peak(statistic: str) -> float:
    """MiB of a process that loads the votes from an array and compares all pairs once."""
    code = (
        "import resource, numpy as np\n"
        "from stancekit.measures import agreement as a\n"
        "v = np.random.default_rng(0).choice([1., 2., 3., np.nan], (200, 6203))\n"
        f"a.pairwise(v, a.{statistic}, scale=(1, 3))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return int(done.stdout) / 1024


def missing_is_missing(states: list[str], dates: list[str], votes: np.ndarray) -> dict[str, float]:
    decade = [i for i, date in enumerate(dates) if "2010" <= date[:4] <= "2019"]
    pair = votes[[states.index("Somalia"), states.index("United States")]][:, decade]
    kept = agreement.s_score(*pair, scale=SCALE)
    filled = agreement.s_score(*agreement.absence_as_middle(pair, scale=SCALE), scale=SCALE)
    assert (round(kept, 3), round(filled, 3)) == (-0.454, -0.203)
    print(
        f"  S of Somalia and the United States, 2010-2019: {kept:.3f} over {kept.observations} "
        f"shared votes; {filled:.3f} with absence counted as abstention"
    )
    return {"missing": float(kept), "filled": float(filled)}


def resampling(votes: np.ndarray) -> dict[str, float]:
    part = votes[:40]
    start = time.perf_counter()
    agreement.interval(part, agreement.kappa, draws=1000)
    boot = time.perf_counter() - start
    start = time.perf_counter()
    agreement.permutation_test(part, agreement.kappa, draws=999)
    perm = time.perf_counter() - start
    print(f"  bootstrap, 40 states (820 pairs), 1000 draws of all items: {boot:.1f} s")
    print(f"  permutation test, 40 states (820 pairs), 999 draws: {perm:.1f} s")
    return {"bootstrap_40_states_1000_draws": boot, "permutation_40_states_999_draws": perm}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=400, help="pairs given to the peers")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not (DATA / "unga_votes").exists():
        print(f"no General Assembly votes in {DATA}: set STANCEKIT_DATA")
        return
    states, dates, votes = assembly()
    print(f"{len(states)} states x {len(dates)} roll calls")
    report: dict[str, object] = {"states": len(states), "items": len(dates)}
    print("missing is missing")
    report["somalia_united_states"] = missing_is_missing(states, dates, votes)
    print("rate per pair")
    report["rates"] = rates(votes, options.sample, np.random.default_rng(0))
    print("growth of kappa")
    report["growth"] = growth(votes)
    print("peak memory of a process, interpreter and votes included")
    report["peak_mib"] = {name: peak(name) for name in ("s_score", "kappa", "tau_b")}
    for name, mib in report["peak_mib"].items():
        print(f"  {name}: {mib:.0f} MiB")
        assert mib < 2048
    print("resampling")
    report["resampling"] = resampling(votes)
    report["own_peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
