"""What would have given Guaidó two thirds of the world's population? The smallest such change."""

from fractions import Fraction

import stancekit as sk
from stancekit.scenarios import InCamp, Share, Unanimous, distance, smallest_change

dossier = sk.load("venezuela-2019")
day = "2019-04-30"
world = dossier.at(day)

# Fewest states: the most populous first, but which of them? All smallest sets are listed.
goal = Share("guaido", "population", Fraction(2, 3))
found = smallest_change(dossier, day, goal)
print(found)
print("because", found.proof)
sets = [{change.actor for change in way.changes} for way in found.scenarios]
print("in all of them:", ", ".join(sorted(set.intersection(*sets))))
print("in some:", ", ".join(sorted(set.union(*sets) - set.intersection(*sets))))

# Who may move, and how far, is for the analyst to say: without China, and by the least movement
# on the scale from -1 to 1 rather than by the fewest states.
states = {actor.code for actor in dossier.actors if actor.kind == "state"} & set(world.actors)
print(smallest_change(dossier, day, goal, may_move=states - {"CHN"}))
lightest = smallest_change(dossier, day, goal, may_move=states - {"CHN"}, cost=distance, limit=1)
print("least movement:", lightest.cost)
print(smallest_change(dossier, day, goal, may_move=states - {"CHN", "IND"}))

# The European Union speaks with one voice when these four have moved.
union = smallest_change(dossier, day, Unanimous("eu", "guaido"))
print(union.proof)

# And what would have put Turkey in Maduro's camp, whichever best camps one looks at?
turkey = smallest_change(dossier, day, InCamp("TUR", "maduro"))
for way in turkey.scenarios:
    print("; ".join(str(change) for change in way.dated()))
print("because", turkey.proof)
