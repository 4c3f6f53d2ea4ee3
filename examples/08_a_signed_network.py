"""A signed network of one's own: from a file of ties to two camps with proof, and out again."""

import tempfile
from pathlib import Path

from stancekit.errors import InputError
from stancekit.io import networks
from stancekit.io.networks import Drop
from stancekit.signed import balance, partition
from stancekit.signed.graph import negative_wins

folder = Path(tempfile.mkdtemp())

# Who says what of whom: directed, partly repeated, with a word about oneself and one of nothing.
(folder / "ties.tsv").write_text(
    """\
# from\tto\tsign
Ann\tBob\t+1
Bob\tAnn\t+1
Bob\tCid\t+1
Cid\tBob\t-1
Ann\tCid\t-1
Cid\tDan\t+1
Dan\tAnn\t-1
Dan\tDan\t+1
Eve\tAnn\t0
Eve\tDan\t+1
Eve\tBob\t+1
""",
    encoding="utf-8",
)

# Nothing is guessed: what cannot be one signed tie is refused by file and line.
choices = {}
for _ in range(3):
    try:
        named = networks.read(folder / "ties.tsv", **choices)
    except InputError as error:
        print(str(error).replace(f"{folder}/", ""))
        print()
        if "a loop" in str(error):
            choices["drop"] = [Drop.LOOPS, Drop.ZEROS]
        else:
            choices["merge"] = negative_wins  # one hostile word makes a hostile tie

print(named)
print(named.left_out)
print(named.graph.reading)
print()

found = partition.frustration(named.graph)
print(f"any two camps contradict at least {found.lower}; the best found contradict {found.upper}")
print("camps:", " against ".join(" ".join(camp) for camp in named.groups(found.side)))
print("contradicted:")
for edge in named.graph.frustrated(found.side).nonzero()[0].tolist():
    print("  ", " - ".join(named.pair(edge)))
print("proved without the solver:", found.certificate.proves(named.graph))
census = balance.triangles(named.graph)
print(f"triangles: {census.balanced} of {census.total} balanced")
print()

# The same network in any file, and a proof that goes with it.
for name in ("network.graphml", "network.net", "network.csv.gz"):
    networks.write(named, folder / name)
    print(name, "reads back equal:", networks.read(folder / name) == named)
found.certificate.save(folder / "proof.npz")
proof = partition.Certificate.load(folder / "proof.npz")
print(
    "the proof holds for each of them:", proof.proves(networks.read(folder / "network.net").graph)
)
