"""A dossier by hand, in ten lines: who holds China's seat, to whom, and when?"""

import stancekit as sk
from stancekit.measures import coalitions

# Two governments claim one seat. Each stance has a date and a source; what nobody has looked
# up is simply not there, and stays unknown.
dossier = sk.Dossier(
    "china-seat",
    actors=[sk.Actor("GBR", "United Kingdom"), sk.Actor("USA", "United States"), sk.Actor("CHE")],
    contests=[sk.Contest("seat", "China's seat in the United Nations", "seat")],
    claimants=[sk.Claimant("prc", "seat", "Beijing"), sk.Claimant("roc", "seat", "Taipei")],
    stances=[
        sk.Stance("GBR", "prc", "recognises", since="1950-01", evidence="general-knowledge"),
        sk.Stance("GBR", "roc", "supports", channel="vote", since="1952", evidence="un-votes"),
        sk.Stance("USA", "roc", "recognises", until="1978-12-31", evidence="general-knowledge"),
        sk.Stance("USA", "prc", "recognises", since="1979-01-01", evidence="general-knowledge"),
    ],
)

# One day of it: London recognised Beijing, and voted for Taipei. Two channels, opposite signs.
world = dossier.at("1955-06-30")
print(world)
print("London toward Beijing:", world.value("GBR", "prc"), "in", world.channel("GBR", "prc"))
print("London toward Taipei:", world.value("GBR", "roc"), "in", world.channel("GBR", "roc"))

# Switzerland is in the dossier, but nobody has looked up where it stood: that is not neutral.
print("Bern toward Beijing:", world.value("CHE", "prc"), world.absence("CHE", "prc"))

for day in ("1949-12-31", "1955-06-30", "1979-01-01"):
    found = coalitions.recognition(dossier.at(day), "seat")
    print(day, dict(found))
