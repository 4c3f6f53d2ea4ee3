"""Is the alignment more consistent than chance? That depends on what chance has to keep."""

import numpy as np

import stancekit as sk
from stancekit.measures import consistency
from stancekit.signed import nulls, partition
from stancekit.signed.graph import SignedGraph

DRAWS = 49

dossier = sk.load("venezuela-2019")
world = dossier.at("2019-04-30")
align = consistency.alignment(world)
graph = align.bridge.graph
print(align)


def shown(bounds, digits=".3g"):
    """One number, or two where only bounds are known."""
    low, high = (format(end, digits) for end in bounds)
    return low if low == high else f"{low} to {high}"


def tell(title, keeps, found):
    """A test in plain words; at_most asks how often chance gives a value this low or lower."""
    low, high = found.quantiles([0.05, 0.95]).mean(axis=1)
    print()
    print(title)
    print(f"  kept: {keeps}")
    print(f"  observed {shown(found.observed, 'g')}; by chance {shown(found.mean, '.1f')}", end="")
    print(f" (90 of 100 draws: {low:.1f} to {high:.1f}); p = {shown(found.at_most)}", end="")
    if np.isfinite(found.z).all():  # not where all draws are alike
        print(f", z = {shown(found.z, '.1f')}", end="")
    print()
    more = found.at_most[1] <= 0.05
    print(f"  {'' if more else 'not shown to be '}more consistent than this kind of chance")


# Frustration gives bounds, so that every p-value is an interval; where each draw is solved
# exactly, its ends meet. Weights stay on their ties, or on ties of their sign where ties move.
tell(
    "Signs shuffled over the ties",
    "who is tied to whom, and how many ties are hostile",
    nulls.test(graph, partition.frustration, nulls.shuffle_signs, draws=DRAWS, rng=1),
)
tell(
    "Ties moved",
    "how many friendly and how many hostile ties each one has",
    nulls.test(graph, partition.frustration, nulls.signed_rewire, draws=DRAWS, rng=1),
)
tell(
    "Signs exchanged",
    "who is tied to whom, and how many friendly and how many hostile ties each one has",
    nulls.test(graph, partition.frustration, nulls.exchange_signs, draws=DRAWS, rng=1),
)


# The stances as a table instead: who speaks in the rows, of whom in the columns. What is absent
# stays absent, and the rivalry of the claimants is a fact of the contest: it is not drawn.
def strain(table, rivals=(0, 1)):
    """Frustration of a table whose first two columns are the rivals."""
    rows, columns = np.nonzero(np.nan_to_num(table))
    count = len(table)
    ties = [(int(a), count + int(b), float(table[a, b])) for a, b in zip(rows, columns)]
    ties.append((count + rivals[0], count + rivals[1], -1.0))
    return partition.frustration(SignedGraph.from_edges(count + table.shape[1], ties))


pair = [world.targets.index(claimant.code) for claimant in world.claimants]
rest = [k for k in range(len(world.targets)) if k not in pair]
rivals, everyone = world.values[:, pair], world.values[:, pair + rest]
tell(
    "Toward the two rivals: stances dealt anew among those who spoke",
    "who spoke of whom; how many are for and how many against each rival",
    nulls.test(rivals, strain, nulls.shuffle_columns, draws=DRAWS, rng=1),
)
exchanged = nulls.test(rivals, strain, nulls.exchange_table, draws=DRAWS, rng=1)
tell(
    "Toward the two rivals: stances exchanged",
    "that, and how often each actor says yes and how often no",
    exchanged,
)
if np.ptp(exchanged.values) == 0:
    print("  (all draws are alike: a yes to one rival and a no to the other can only change")
    print("  places, so that this null has nothing left to vary, and its p is no evidence)")
tell(
    "Toward rivals and states: stances exchanged",
    "how many are for and against each one; how often each actor says yes and how often no",
    nulls.test(everyone, strain, nulls.exchange_table, draws=DRAWS, rng=1),
)

print()
print(
    f"Each p rests on {DRAWS} draws and cannot be less than {1 / (DRAWS + 1):.2g}. A small one says"
)
print("that what is kept does not explain the consistency; it does not say what does. No null here")
print(
    "keeps blocs whose members decide together, and actors of whom nothing is recorded are in none."
)
