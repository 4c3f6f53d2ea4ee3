"""One's own CSV: from a spreadsheet with names and newspapers to a dossier that is checked."""

import csv
import io
import tempfile
from pathlib import Path

import stancekit as sk
from stancekit.errors import InputError, UnknownNameError
from stancekit.io import tables
from stancekit.records.gazetteer import Gazetteer
from stancekit.records.stance import Source

# What many of us have: names as they come, and a position in words.
SPREADSHEET = """\
country,position,day,newspaper
Denmark,recognises,2019-02-04,Reuters
Russian Federation,rejects,2019-01-24,TASS
Côte d'Ivoire,declared neutral,2019-02-28,AFP
Ruritania,recognises,2019-02-01,The Times
"""

gazetteer = Gazetteer.standard()
stances, actors = [], {}
for row in csv.DictReader(io.StringIO(SPREADSHEET)):
    try:
        state = gazetteer.resolve(row["country"])
    except UnknownNameError as error:  # a name that nobody goes by is never guessed at
        print("left out:", error)
        continue
    actors[state.code] = sk.Actor(state.code, state.name)
    source = Source(row["newspaper"].replace(" ", "-").lower(), row["newspaper"])
    stances.append(
        sk.Stance(state.code, "guaido", row["position"], since=row["day"], evidence=source)
    )

dossier = sk.Dossier(
    "my-case",
    actors=actors.values(),
    contests=[sk.Contest("presidency")],
    claimants=[sk.Claimant("guaido", "presidency"), sk.Claimant("maduro", "presidency")],
    stances=stances,
)

# On disk it is a folder that a person can read; reading it back gives the same dossier.
with tempfile.TemporaryDirectory() as folder:
    tables.write(dossier, folder)
    print(sorted(path.name for path in Path(folder).iterdir()))
    print("the same after reading:", sk.read(folder) == dossier)

    # A slip of the pen is refused with its file, line and field, and nothing is half-loaded.
    path = Path(folder) / "stances.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("2019-02-28", "2019-02-30"))
    try:
        sk.read(folder)
    except InputError as error:
        print(str(error).replace(folder, "my-case"))
