"""Reading a list of ties: ours, strictly, beside pandas with networkx, and networkx alone.

Run ``python benchmarks/bench_networks.py``; it prints the ratios of processor time. The data is no
part of this repository: set STANCEKIT_DATA.
"""

from __future__ import annotations

import gzip
import os
import tempfile
import time
from pathlib import Path

import networkx as nx
import pandas as pd

from stancekit.io import networks

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("STANCEKIT_DATA", ROOT.parent / "shared" / "data"))
NAMES = ("wiki_elec", "epinions")
ROUNDS = 3


def by_pandas(path: Path) -> tuple[int, int]:
    """Vertices and ties by ``read_csv`` and ``from_pandas_edgelist``."""
    graph = nx.from_pandas_edgelist(pd.read_csv(path), "u", "v", ["sign"])
    return graph.number_of_nodes(), graph.number_of_edges()


def by_networkx(path: Path) -> tuple[int, int]:
    """The same by ``read_edgelist``, from a file without a header."""
    graph = nx.read_edgelist(path, delimiter=",", data=[("sign", int)])
    return graph.number_of_nodes(), graph.number_of_edges()


def by_us(path: Path) -> tuple[int, int]:
    """The same by `networks.read`."""
    graph = networks.read(path).graph
    return graph.order, graph.size


def best(read: object, path: Path) -> tuple[float, tuple[int, int]]:
    """Least processor seconds of some rounds, and what was read."""
    seconds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        found = read(path)  # type: ignore[operator]
        seconds.append(time.process_time() - start)
    return min(seconds), found


def main() -> None:
    """Print a line for each network."""
    for name in NAMES:
        path = DATA / "signed_graphs" / f"{name}.csv.gz"
        with tempfile.TemporaryDirectory() as folder:
            bare = Path(folder, "bare.csv")
            bare.write_bytes(gzip.decompress(path.read_bytes()).split(b"\n", 1)[1])
            ours, read = best(by_us, path)
            frame, same = best(by_pandas, path)
            alone, again = best(by_networkx, bare)
        assert read == same == again, (read, same, again)
        print(
            f"{name}: {read[1]} ties; pandas and networkx take {frame / ours:.1f} times as long, "
            f"networkx.read_edgelist {alone / ours:.1f} times"
        )


if __name__ == "__main__":
    main()
