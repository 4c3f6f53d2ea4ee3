"""The dossiers that ship with stancekit, each fact with its source."""

from __future__ import annotations

from pathlib import Path

from stancekit.errors import UnknownNameError, nearest
from stancekit.io.tables import read
from stancekit.records.dossier import Dossier

__all__ = ["folder", "load", "names"]

_HERE = Path(__file__).resolve().parent


def names() -> tuple[str, ...]:
    """The names that ``load`` takes.

    >>> "venezuela-2019" in names()
    True
    """
    return tuple(sorted(path.parent.name for path in _HERE.glob("*/dossier.json")))


def folder(name: str) -> Path:
    """Where the files of a shipped dossier are: to read, to copy, to mend by a pull request.

    Raises
    ------
    UnknownNameError
        If no such dossier is shipped.

    Examples
    --------
    >>> (folder("venezuela-2019") / "stances.csv").exists()
    True
    """
    if name not in names():
        raise UnknownNameError("dataset", name, nearest(name, names()) or names())
    return _HERE / name


def load(name: str) -> Dossier:
    """Load a dossier that ships with stancekit.

    Raises
    ------
    UnknownNameError
        If no such dossier is shipped; a file or folder of one's own is for ``read``.

    Examples
    --------
    >>> load("venezuela-2019").title
    'The presidency of Venezuela, 2019-2023'
    """
    return read(folder(name))
