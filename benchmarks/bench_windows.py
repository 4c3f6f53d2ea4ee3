"""Which periods of interstate relations are more balanced than chance, under which null model.

    python benchmarks/bench_windows.py [--draws 1000] [--nulls shuffle_signs ...] [--workers 2]
        [--seed 0] [--windows 46-49 ...] [--partial FILE] [--json FILE] [--picture FILE]
        [--report FILE]

Data: STANCEKIT_DATA (default ../shared/data), signed_graphs/cow_windows.  The frustration index of
each window, exactly, against that many draws of each null, each solved exactly; a certificate of
every draw is checked in whole numbers, without the solver.  One task is one window and one null,
with a seed of its own, so that results depend on neither the workers nor their order.  Finished
tasks are lines of the partial file: run the same command again, and only the others are done; ask
for more draws, and only those are added.  Lines with more draws than asked for serve too.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from attrs import asdict, frozen

from stancekit.signed import nulls, partition
from stancekit.signed.graph import SignedGraph

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("STANCEKIT_DATA", ROOT.parent / "shared" / "data"))

#: What each null keeps of a network; the order is that of the tables.
KEEPS = {
    "shuffle_signs": "who is tied to whom, and the number of hostile ties",
    "exchange_signs": "who is tied to whom, and each state's friendly and hostile ties",
    "signed_rewire": "each state's friendly and hostile ties",
    "fit_signs": "who is tied to whom; each state's friendly and hostile ties on average",
}
TITLES = {
    "shuffle_signs": "Signs shuffled",
    "exchange_signs": "Ties and signed degrees kept",
    "signed_rewire": "Signed degrees kept",
    "fit_signs": "Maximum entropy",
}
LEVEL = 0.05


@frozen(kw_only=True)
class Done:
    """One window against one null: a line of the partial file.

    ``upper`` holds the frustration of each draw.  ``short`` lists draws whose certificate alone
    does not prove it, as (number, lower bound by the certificate, lower bound by the solver).
    """

    window: str
    null: str
    draws: int
    seed: int
    observed: int
    upper: tuple[int, ...]
    short: tuple[tuple[int, int, int], ...]
    ties: int
    states: int
    seconds: float
    wall: float
    commits: tuple[str, ...]

    @property
    def test(self) -> nulls.NullTest:
        """By certificates alone: where one leaves a gap, bounds and p-values are intervals."""
        values = np.array([self.upper, self.upper], dtype=float).T
        for number, proved, _ in self.short:
            values[number, 0] = proved
        return nulls.NullTest(
            observed=(self.observed, self.observed),
            values=values,
            requested=self.draws,
            reason="all draws made",
        )

    @property
    def told(self) -> int:
        """Draws whose value rests on the word of a mixed-integer solver."""
        return sum(lower == self.upper[number] for number, _, lower in self.short)

    @property
    def open(self) -> int:
        """Draws of which only bounds are known."""
        return len(self.short) - self.told

    def line(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":")) + "\n"


def read_windows() -> dict[str, SignedGraph]:
    ties: dict[str, list[tuple[str, str, int]]] = {}
    path = DATA / "signed_graphs" / "cow_windows.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            ties.setdefault(row["window"], []).append((row["a"], row["b"], int(row["sign"])))
    graphs = {}
    for window, rows in ties.items():
        names = sorted({name for a, b, _ in rows for name in (a, b)})
        number = {name: k for k, name in enumerate(names)}
        graphs[window] = SignedGraph.from_edges(
            len(names), [(number[a], number[b], sign) for a, b, sign in rows]
        )
    return graphs


def known_values() -> dict[str, int]:
    with (DATA / "oracles_frustration" / "values.csv").open(encoding="utf-8") as file:
        return {row["network"]: int(row["frustration_upper"]) for row in csv.DictReader(file)}


def commit() -> str:
    """Of the code that runs, or nothing where there is no repository."""
    asked = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=10"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def seed_of(base: int, window: str, null: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{base}/{window}/{null}".encode()).digest()[:8], "big")


def model(name: str, graph: SignedGraph) -> Callable[..., SignedGraph]:
    return nulls.fit_signs(graph) if name == "fit_signs" else getattr(nulls, name)


def check_kept(name: str, graph: SignedGraph, drawn: SignedGraph) -> None:
    def degrees(of: SignedGraph, sign: int) -> list[int]:
        counts: list[int] = np.bincount(of.edges[of.signs == sign].ravel()).tolist()
        return counts

    if name != "signed_rewire":
        assert (drawn.edges == graph.edges).all()
    if name != "fit_signs":
        assert (drawn.signs < 0).sum() == (graph.signs < 0).sum()
    if name in ("exchange_signs", "signed_rewire"):
        assert all(degrees(drawn, sign) == degrees(graph, sign) for sign in (1, -1))


def compare(
    window: str,
    graph: SignedGraph,
    name: str,
    draws: int,
    base: int,
    commit: str = "",
    before: Done | None = None,
) -> Done:
    """One task: the draws of `nulls.test`, with what its statistic cannot say of certificates.

    Draw k does not depend on how many are made, so those of ``before`` are taken as they are.
    One by one: with so different signs, a series (`partition.frustrations`) saves nothing.
    """
    wall, began = time.perf_counter(), time.process_time()
    seed = seed_of(base, window, name)
    null = model(name, graph)
    mark = partition.frustration(graph)
    assert mark.is_certified
    assert mark.certificate.proves(graph)
    first, *seeds = (
        np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(draws + 1)
    )
    origin = nulls.hub(graph, null, first)
    check_kept(name, graph, origin)
    upper = list(before.upper) if before else []
    short = list(before.short) if before else []
    for rng in seeds[len(upper) :]:
        drawn = null(origin, rng=rng)
        found = partition.frustration(drawn)
        assert found.certificate.proves(drawn)
        if not found.is_certified:
            proved = -(-found.certificate.lower // Fraction(1))
            short.append((len(upper), int(proved), int(found.lower)))
        upper.append(int(found.upper))
    return Done(
        window=window,
        null=name,
        draws=draws,
        seed=seed,
        observed=int(mark.upper),
        upper=tuple(upper),
        short=tuple(short),
        ties=graph.size,
        states=graph.order,
        seconds=time.process_time() - began + (before.seconds if before else 0),
        wall=time.perf_counter() - wall + (before.wall if before else 0),
        commits=tuple(sorted({commit, *(before.commits if before else ())} - {""})),
    )


def read_partial(path: Path | None, base: int) -> dict[tuple[str, str], Done]:
    """Of each window and null, the line with most draws; a torn last line is cut off."""
    held: dict[tuple[str, str], Done] = {}
    if path is None or not path.exists():
        return held
    text = path.read_bytes()
    whole = text.rfind(b"\n") + 1
    if whole < len(text):
        with path.open("r+b") as file:
            file.truncate(whole)
    for line in text[:whole].splitlines():
        row = json.loads(line)
        row["upper"] = tuple(row["upper"])
        row["commits"] = tuple(row["commits"])
        row["short"] = tuple(tuple(entry) for entry in row["short"])
        done = Done(**row)
        key = done.window, done.null
        fits = done.seed == seed_of(base, *key)
        if fits and (key not in held or held[key].draws < done.draws):
            held[key] = done
    return held


def check(graphs: Mapping[str, SignedGraph], names: Iterable[str], base: int) -> None:
    """Values of the oracle, and draws of `nulls.test` itself, before anything is timed."""
    known = known_values()
    for window, graph in graphs.items():
        assert partition.frustration(graph).upper == known[f"cow_windows/{window}"]
    window = min(graphs, key=lambda w: graphs[w].size)
    graph = graphs[window]
    for name in names:
        ours = compare(window, graph, name, 4, base)
        theirs = nulls.test(
            graph, partition.frustration, model(name, graph), draws=4, rng=ours.seed
        )
        assert ours.test.values[:, 1].tolist() == theirs.values[:, 1].tolist()


def interval(bounds: tuple[float, float], digits: str) -> str:
    if np.isnan(bounds).any():
        return "none"
    low, high = (format(end, digits) for end in bounds)
    return low if low == high else f"{low} to {high}"


def table(rows: Iterable[Done]) -> str:
    head = (
        f"{'window':8}{'states':>7}{'ties':>6}{'index':>6}  {'mean':>7}{'5%':>6}{'95%':>6}"
        f"{'z':>8}  {'p, as low by chance':20}{'draws':>6}{'certified':>10}{'word':>5}{'open':>5}"
    )
    lines = [head]
    for row in rows:
        test = row.test
        low, high = test.quantiles([0.05, 0.95]).mean(axis=1)
        lines.append(
            f"{row.window:8}{row.states:7}{row.ties:6}{row.observed:6}  "
            f"{interval(test.mean, '.1f'):>7}{low:6.0f}{high:6.0f}{interval(test.z, '.2f'):>8}  "
            f"{interval(test.at_most, '.4f'):20}{row.draws:6}"
            f"{1 - len(row.short) / row.draws:10.1%}{row.told:5}{row.open:5}"
        )
    return "\n".join(lines)


def summary(rows: list[Done]) -> dict[str, Any]:
    draws = sum(row.draws for row in rows)
    seconds = sum(row.seconds for row in rows)
    below = [row.window for row in rows if row.test.at_most[1] <= LEVEL]
    above = [row.window for row in rows if row.test.at_least[1] <= LEVEL]
    return {
        "windows": len(rows),
        "draws": draws,
        "certified": draws - sum(len(row.short) for row in rows),
        "told": sum(row.told for row in rows),
        "open": sum(row.open for row in rows),
        "processor seconds": seconds,
        "milliseconds a draw": 1000 * seconds / draws,
        "minutes on two cores": seconds / 120,
        "draws a second and core": draws / seconds,
        "wall seconds of the tasks": sum(row.wall for row in rows),
        "commits": sorted({commit for row in rows for commit in row.commits}),
        "more balanced than chance": below,
        "less balanced than chance": above,
    }


def rates(name: str, found: Mapping[str, Any], order: list[str]) -> str:
    return (
        f"{name}: {found['draws']} draws of {found['windows']} windows, "
        f"{found['certified']} certified, {found['told']} by a "
        f"solver's word, {found['open']} open\n"
        f"  {found['milliseconds a draw']:.1f} ms of processor a draw, "
        f"{found['draws a second and core']:.1f} draws a second and core: "
        f"{found['processor seconds']:.0f} s, or {found['minutes on two cores']:.1f} min on two "
        f"cores\n"
        f"  more balanced than chance (p <= {LEVEL}): "
        f"{runs(found['more balanced than chance'], order)}\n"
        f"  less balanced: {runs(found['less balanced than chance'], order)}"
    )


def picture(path: Path, held: Mapping[str, Mapping[str, Done]]) -> None:
    """A panel for each null, and the p-values under all of them."""
    from matplotlib.figure import Figure

    from stancekit import plot

    tests = {name: {w: row.test for w, row in rows.items()} for name, rows in held.items()}
    figure = Figure(figsize=(12, 3.1 * -(-len(tests) // 2) + 4.4), layout="constrained")
    rows = -(-len(tests) // 2)
    grid = figure.add_gridspec(rows + 1, 2, height_ratios=[*[1] * rows, 1.25])
    for k, (name, found) in enumerate(tests.items()):
        ax = plot.against_chance(found, level=LEVEL, ax=figure.add_subplot(grid[k // 2, k % 2]))
        ax.set_title(f"{TITLES[name]}\n(kept: {KEEPS[name]})", loc="left", fontsize=9)
        ax.set_ylim(0, None)
        ax.set_ylabel("frustrated ties")
        ax.legend(frameon=False, fontsize=7, ncols=3, loc="lower center")
    ax = plot.p_values(
        {TITLES[name]: found for name, found in tests.items()},
        level=LEVEL,
        ax=figure.add_subplot(grid[rows, :]),
    )
    ax.set_ylabel("p: as balanced by chance")
    low, high = spread(row.draws for rows in held.values() for row in rows.values())
    counts = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    figure.suptitle(
        "Relations between states in windows of four years: ties that any two camps contradict, "
        f"beside chance\n({counts} draws a window and null, each solved exactly; band: middle "
        f"{1 - 2 * LEVEL:.0%} of the draws, line: median; dots: observed)",
        fontsize=11,
    )
    figure.savefig(path, dpi=80, pil_kwargs={"optimize": True})


def runs(windows: Iterable[str], order: list[str]) -> str:
    """Windows that follow one another as one run."""
    places = sorted(order.index(window) for window in windows)
    parts: list[list[int]] = []
    for place in places:
        if parts and parts[-1][-1] == place - 1:
            parts[-1].append(place)
        else:
            parts.append([place])
    said = [
        order[part[0]] if len(part) == 1 else f"{order[part[0]]} to {order[part[-1]]}"
        for part in parts
    ]
    return ", ".join(said) or "none"


def report(path: Path, image: Path | None, held: Mapping[str, Mapping[str, Done]]) -> None:
    """The same as a page: what was asked, what was found, what it cannot tell."""
    names, order = list(held), list(next(iter(held.values())))
    totals = {name: summary(list(held[name].values())) for name in names}
    lines = [
        "# The windows of interstate relations against chance",
        "",
        f"Signed relations between states 1946-1999 in {len(order)} windows of four years "
        "(Doreian and Mrvar 2015, built from Correlates of War; from "
        "github.com/schochastics/signnet, commit 2b77cc8, MIT). Of each window the frustration "
        "index: the least number of ties that any two camps contradict, exactly. Beside it, the "
        "same of random versions of the window, each solved by `partition.frustration`, each "
        "certificate checked without the solver. p is how often chance gives a value as low as "
        "the observed one, (b + 1) / (n + 1) with b of n draws as low; where the bounds of a draw "
        "do not meet it is an interval.",
        "",
        "Made, and made again, by (the data is no part of this repository; see CONTRIBUTING)",
        "",
        "```",
        "python benchmarks/bench_windows.py --draws 1000 --partial windows.jsonl \\",
        "    --picture docs/windows_against_chance.png --report docs/windows_against_chance.md",
        "```",
        "",
    ]
    if image:
        alt = "Frustrated ties of each window beside the draws of each null model, and p-values"
        lines += [f"![{alt}]({os.path.relpath(image, path.parent)})", ""]
    lines += [
        f"| null model | keeps | more balanced than chance (p at most {LEVEL:g}) | "
        f"less (p at most {LEVEL:g}) |",
        "|---|---|---|---|",
    ]
    for name in names:
        found = totals[name]
        more, less = found["more balanced than chance"], found["less balanced than chance"]
        lines.append(
            f"| {TITLES[name]} (`{name}`) | {KEEPS[name]} | {len(more)}: {runs(more, order)} | "
            f"{len(less)}: {runs(less, order)} |"
        )
    lines += [
        "",
        "| null model | draws | certified | by a solver's word | open | processor time a draw | "
        "minutes on two cores |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in names:
        found = totals[name]
        low, high = spread(row.draws for row in held[name].values())
        each = f"{low:,}" if low == high else f"{low:,} to {high:,}"
        lines.append(
            f"| `{name}` | {found['draws']:,} ({each} a window) | {found['certified']:,} | "
            f"{found['told']} | {found['open']} | {found['milliseconds a draw']:.1f} ms | "
            f"{found['minutes on two cores']:.1f} |"
        )
    lines += [
        "",
        "How to read it:",
        "",
        "- Each null model asks another question. Where a few states hold most rivalries, "
        "shuffling spreads them, and the network looks balanced for that alone; the models that "
        "keep signed degrees ask whether the rivalries lie where two camps need them.",
        "- A small p says that what the model keeps does not explain the balance; it does not say "
        "what does. No model here knows of blocs, of distance or of the window before.",
        "- Windows overlap by three years of four, so neighbours are no independent tests; of "
        f"{len(order)} independent ones about {LEVEL * len(order):.1f} would lie below "
        f"{LEVEL:g} by chance alone.",
        "- z is the distance from the mean in standard deviations of the draws; there is none "
        "where all draws are alike. Where little can vary the draws lie close together, and a few "
        "ties make a large z: look at the difference from the mean too.",
        "- p cannot be less than 1 / (draws + 1). `fit_signs` keeps the degrees on average only, "
        "and its p-values are approximate; those of the others are valid for any number of draws.",
        "",
        "Mean of the draws, their quantiles of 5 % and 95 %, and p, for each null model:",
        "",
        "| window | states | ties | index | "
        + " | ".join(f"{TITLES[name]} | z | p" for name in names)
        + " |",
        "|---|" + "---|" * (3 + 3 * len(names)),
    ]
    for window in order:
        first = held[names[0]][window]
        cells = [window, str(first.states), str(first.ties), str(first.observed)]
        for name in names:
            test = held[name][window].test
            low, high = test.quantiles([0.05, 0.95]).mean(axis=1)
            p = interval(test.at_most, ".3f")
            cells += [
                f"{interval(test.mean, '.1f')} ({low:.0f}-{high:.0f})",
                interval(test.z, ".1f"),
                f"**{p}**" if test.at_most[1] <= LEVEL else p,
            ]
        lines.append("| " + " | ".join(cells) + " |")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def spread(values: Iterable[int]) -> tuple[int, int]:
    held = sorted(values)
    return held[0], held[-1]


def work(
    graphs: Mapping[str, SignedGraph], names: list[str], options: argparse.Namespace
) -> dict[tuple[str, str], Done]:
    """Do what the partial file does not hold; the largest windows of each null first."""
    held = read_partial(options.partial, options.seed)
    wanted = [
        (window, name)
        for name in names
        for window in sorted(graphs, key=lambda w: -graphs[w].size)
        if (window, name) not in held or held[window, name].draws < options.draws
    ]
    of, began = commit(), time.perf_counter()
    with ProcessPoolExecutor(options.workers) as pool:
        futures = [
            pool.submit(
                compare,
                window,
                graphs[window],
                name,
                options.draws,
                options.seed,
                of,
                held.get((window, name)),
            )
            for window, name in wanted
        ]
        for number, future in enumerate(as_completed(futures), start=1):
            done = future.result()
            held[done.window, done.null] = done
            if options.partial:
                with options.partial.open("a", encoding="utf-8") as file:
                    file.write(done.line())
            print(
                f"{number}/{len(wanted)} {done.null} {done.window}: {done.seconds:.0f} s, "
                f"{time.perf_counter() - began:.0f} s since the start",
                file=sys.stderr,
                flush=True,
            )
    return held


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--draws", type=int, default=1000, help="of each null for each window")
    parser.add_argument("--nulls", nargs="+", choices=list(KEEPS), default=list(KEEPS))
    parser.add_argument("--windows", nargs="+", help="such as 46-49; all by default")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--partial", type=Path, help="keeps finished tasks, and is read first")
    parser.add_argument("--json", type=Path, help="where to write the results")
    parser.add_argument("--picture", type=Path, help="where to write a PNG")
    parser.add_argument("--report", type=Path, help="where to write a page in Markdown")
    options = parser.parse_args()
    graphs = read_windows()
    if options.windows:
        graphs = {window: graphs[window] for window in options.windows}
    names = [name for name in KEEPS if name in options.nulls]
    check(graphs, names, options.seed)
    held = work(graphs, names, options)
    kept = {name: {window: held[window, name] for window in graphs} for name in names}
    results: dict[str, Any] = {}
    for name in names:
        rows = list(kept[name].values())
        print(f"\n{name} keeps {KEEPS[name]}\n{table(rows)}")
        results[name] = summary(rows)
        print(rates(name, results[name], list(graphs)))
    if options.report:
        report(options.report, options.picture, kept)
    if options.picture:
        picture(options.picture, kept)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
