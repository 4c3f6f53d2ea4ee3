"""The Venezuela brief through the library: coalitions, weights, camps, and one state's history."""

import stancekit as sk
from stancekit.measures import coalitions, consistency
from stancekit.records.stance import Absence

dossier = sk.load("venezuela-2019")
world = dossier.at("2019-04-30")

# Recognition and support are two questions: incumbents are seldom recognised anew.
recognised = coalitions.recognition(world, "venezuela-presidency")
supported = coalitions.support(world, "venezuela-presidency")
print(len(recognised["guaido"]), "recognise Guaidó;", len(supported["maduro"]), "back Maduro")
print(len(recognised.neutral), "declared neither;", end=" ")
print(len(recognised.absent[Absence.UNKNOWN]), "unknown")

# By weight, with what is missing said.
shares = supported.shares("population")
print(f"by population: {shares['guaido']:.1%} and {shares['maduro']:.1%},", end=" ")
print(f"{len(shares.missing)} actors without a weight")

# How far is the whole from two clean camps? The certificate proves the answer by itself.
align = consistency.alignment(world)
print(align)
print("proved:", align.certificate.proves(align.bridge.graph))
for tie in align.strained[:3]:
    print("strained:", tie)

# One state over time, each record with its source.
for stance in dossier.history("ARG", "guaido"):
    print(stance)
