"""A small dossier, in a folder and as JSON: for the tests of tables."""

import contextlib
import json
import tempfile
from pathlib import Path

from stancekit.io.tables import write
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest, Membership, Weight
from stancekit.records.stance import Evidence, Ladder, Source, Stance

SMALL = Dossier(
    "case",
    "A case",
    actors=[Actor("DNK", "Danmark"), Actor("NOR"), Actor("eu", kind="bloc", traits="a;b")],
    memberships=[Membership("DNK", "eu", "1973-01-01", source="s1")],
    contests=[Contest("seat", 'The "seat", so called', "seat")],
    claimants=[Claimant("p", "seat", since="2019-01-10"), Claimant("q", "seat", actor="NOR")],
    sources=[Source("s1", "Foreign Policy", "Übersicht", "2019-02-06", "https://example.org/1")],
    stances=[
        Stance("DNK", "p", "recognises", since="2019-02-04", evidence="s1"),
        Stance("eu", "p", absence="divided", since="[..2019-02-06]", evidence="s1"),
        Stance("NOR", "p", value=-0.25, channel="vote", since="2019-01", until="2020"),
        Stance(
            "DNK",
            "q",
            "supports",
            channel="reported",
            evidence=Evidence("s1", "Pompeo > CNN", 0.25),
            claimed_by="p",
            note="a, b; `c`",
        ),
    ],
    weights=[Weight("DNK", "population", 2019, 5.8e6, 0.5)],
    ladder=Ladder.standard().with_step("adores", 0.9),
)


@contextlib.contextmanager
def folder_of(dossier):
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "case"
        write(dossier, place)
        yield place


JSON = json.dumps(SMALL.to_rows() | {"dossier": SMALL.to_rows()["dossier"][0]}, ensure_ascii=False)
