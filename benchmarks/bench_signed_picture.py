"""One picture of the bounds over time, from the JSON that bench_signed.py writes.

Run ``python benchmarks/bench_signed_picture.py RESULTS.json docs/signed-bounds.png`` after
``python benchmarks/bench_signed.py --only networks,giants --json RESULTS.json``.
"""

from __future__ import annotations

import argparse
import json
import pathlib

import numpy as np

SHOWN = ("wiki_elec", "epinions", "slashdot090221")
OURS, PEER, INK = "#1f5a96", "#c25b12", "#333333"


def rows(results):
    """Runs of the networks to show, by name."""
    held = [
        row
        for part in ("networks", "giants")
        for row in results.get(part, {"result": []})["result"]
    ]
    return {row["network"]: row for row in held if row["network"] in SHOWN}


def drawn(axes, row):
    """Bounds of one network as distances from the best camps, in per cent of them."""
    best = min([row["upper"], *(x["upper"] for x in row["dwave"])])
    seconds, lower, upper = np.array(row["trace"], dtype=float).T
    upper, lower = np.minimum.accumulate(upper), np.maximum.accumulate(lower)
    above, below = 100 * (upper / best - 1), 100 * (lower / best - 1)
    axes.fill_between(seconds, below, above, step="post", color=OURS, alpha=0.12, lw=0)
    axes.step(seconds, above, where="post", color=OURS, lw=1.8)
    axes.step(seconds, below, where="post", color=OURS, lw=1.8)
    if row["dwave"]:
        times, values = zip(*((x["seconds"], 100 * (x["upper"] / best - 1)) for x in row["dwave"]))
        axes.plot(times, values, "o", color=PEER, ms=5, mec="white", mew=0.6, zorder=4)
        for k in (0, -1):
            text = f"{row['dwave'][k]['sweeps']:,} sweeps"
            place = {"xytext": (0, 6), "textcoords": "offset points", "ha": "left"}
            axes.annotate(text, (times[k], values[k]), fontsize=8, color=PEER, **place)
    if row["certified"]:
        axes.plot(seconds[-1], 0, "D", color=OURS, ms=7, mec="white", mew=0.8, zorder=5)
    axes.axhline(0, color=INK, lw=0.6, zorder=0)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_formatter("")
    first, last = np.log10([min(seconds[0], *(x["seconds"] for x in row["dwave"])), seconds[-1]])
    axes.set_xlim(10 ** np.floor(first), 10 ** (last + 0.15))
    axes.set_yscale("symlog", linthresh=0.01, linscale=0.6)
    axes.set_ylim(-150, 15)
    ticks = [-100, -10, -1, -0.1, -0.01, 0, 0.01, 0.1, 1, 10]
    axes.set_yticks(ticks, [f"{x:+g} %" if x else "best" for x in ticks])
    axes.yaxis.set_minor_locator(axes.yaxis.get_major_locator())
    axes.set_xlabel("processor seconds")
    state = (
        f"{row['upper']:,} certified in {row['seconds']:,.0f} s"
        if row["certified"]
        else f"between {row['lower']:,} and {row['upper']:,}"
    )
    axes.set_title(f"{row['network']}\n{state}", fontsize=10, loc="left", color=INK)
    axes.grid(True, which="major", color="#e4e4e4", lw=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=pathlib.Path)
    parser.add_argument("picture", type=pathlib.Path)
    chosen = parser.parse_args()
    held = rows(json.loads(chosen.results.read_text(encoding="utf-8")))
    if not held:
        parser.error(f"{chosen.results} holds none of {', '.join(SHOWN)}")

    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt
    from matplotlib.lines import Line2D

    names = [name for name in SHOWN if name in held]
    figure, every = plt.subplots(
        1, len(names), figsize=(4.1 * len(names), 3.9), sharey=True, squeeze=False
    )
    for axes, name in zip(every[0], names):
        drawn(axes, held[name])
    every[0, 0].set_ylabel("distance from the best camps")
    marks = [
        Line2D([], [], color=OURS, lw=1.8, label="stancekit: upper and lower bound"),
        Line2D([], [], color=OURS, marker="D", ls="", label="the bounds meet, checked in integers"),
        Line2D([], [], color=PEER, marker="o", ls="", label="dwave-samplers: camps, no bound"),
    ]
    figure.legend(handles=marks, loc="lower center", ncols=3, frameon=False, fontsize=9)
    figure.tight_layout(rect=(0, 0.06, 1, 1))
    figure.savefig(chosen.picture, dpi=110)
    print(chosen.picture, chosen.picture.stat().st_size // 1024, "kB")


if __name__ == "__main__":
    main()
