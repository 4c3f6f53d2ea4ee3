"""What if Russia had dropped Maduro on the day of the failed uprising? A change is a value."""

import stancekit as sk
from stancekit.scenarios import single_changes

dossier = sk.load("venezuela-2019")
before = dossier.fingerprint

# A scenario names its changes and the day on which they begin. Nothing is mutated: applied to a
# dossier it makes another one, and its difference tells the two apart.
what_if = sk.Scenario("Russia drops Maduro").set("RUS", "maduro", 0.0).on("2019-04-30")
diff = what_if.difference(dossier, at="2019-04-30")
print(diff.name, "on", diff.date)
for line in diff.lines():
    print(" -", line)
print("the dossier is as it was:", dossier.fingerprint == before)

# Scenarios add up. A state may also withdraw what it said, which is an absence and not a zero.
both = what_if + sk.Scenario("and China keeps silent").withdraw("CHN", "maduro").on("2019-05-01")
changed = both.apply(dossier)
for day in ("2019-04-29", "2019-04-30", "2019-05-01"):
    world = changed.at(day)
    china = world.absence("CHN", "maduro") or f"{world.value('CHN', 'maduro'):+g}"
    print(f"{day}: Russia {world.value('RUS', 'maduro'):+g}, China {china}")

# Was Russia the one that mattered? All single changes by all actors toward both claimants.
found = single_changes(dossier, "2019-04-30", weight="population")
print(found)
print("what Russia could have done:")
for change in found:
    if change.actor == "RUS":
        print(" -", change)
print("farthest for the index:", found.by_consistency()[0])

# Each answer can be checked without the solver.
first = found[0]
print("proved:", found.certificate(first).proves(found.graph(first)))
