"""stancekit: who stands where when two rivals claim the same seat.

Two or more *claimants* claim an office, a seat or a territory. *Actors* take *stances* toward
them: signed, dated, and resting on evidence. From these records come the recognition
coalitions of a day, and how consistent the alignments are.

A dossier holds all records of a case; one day of it is a snapshot.

>>> import stancekit as sk
>>> dossier = sk.load("venezuela-2019")
>>> world = dossier.at("2019-04-30")
>>> world.value("DNK", "guaido")
1.0

What is not known is kept apart from what is neutral.

>>> world.absence("NOR", "maduro")
<Absence.UNKNOWN: 'unknown'>
>>> world.value("MEX", "maduro")
0.0

The verbs are in the modules that name their subject.

>>> from stancekit.measures import coalitions, consistency
>>> found = coalitions.recognition(world, "venezuela-presidency")
>>> found["guaido"][:3]
('ALB', 'AND', 'ARG')
>>> align = consistency.alignment(world)
>>> align.is_certified, align.certificate.proves(align.bridge.graph)
(True, True)

The nouns: ``Actor``, ``Membership``, ``Claimant``, ``Contest``, ``Evidence``, ``Stance``,
``Absence``, ``Channel``, ``PartialDate``, ``Dossier``, ``Snapshot``, ``SignedGraph``,
``Scenario``; and two verbs, ``load`` for the dossiers that ship with stancekit and ``read``
for one's own.
"""

from stancekit.datasets import load
from stancekit.io.tables import read
from stancekit.records.dates import PartialDate
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest, Membership
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Absence, Channel, Evidence, Stance
from stancekit.scenarios import Scenario
from stancekit.signed.graph import SignedGraph

__version__ = "0.1.0"

__all__ = [
    "Absence",
    "Actor",
    "Channel",
    "Claimant",
    "Contest",
    "Dossier",
    "Evidence",
    "Membership",
    "PartialDate",
    "Scenario",
    "SignedGraph",
    "Snapshot",
    "Stance",
    "load",
    "read",
]
