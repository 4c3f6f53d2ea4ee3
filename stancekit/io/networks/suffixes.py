"""Any file of a signed network, read or written by what its name ends in."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

from stancekit.errors import InputError
from stancekit.io.networks.edges import read_edges, write_edges
from stancekit.io.networks.graphml import read_graphml, write_graphml
from stancekit.io.networks.named import NamedGraph
from stancekit.io.networks.pajek import read_pajek, write_pajek
from stancekit.io.networks.told import Drop
from stancekit.signed.graph import Merge, refuse

__all__ = ["read", "write"]

_EDGES = (".csv", ".tsv", ".txt", ".edges", ".edgelist", ".tab")
_GRAPHML = (".graphml", ".xml")
_PAJEK = (".net", ".paj", ".mat")


def _verbs(path: str | os.PathLike[str]) -> tuple[Any, Any]:
    """What reads and what writes a file of this name."""
    suffixes = [suffix.lower() for suffix in Path(path).suffixes]
    if suffixes[-1:] == [".gz"]:
        suffixes.pop()
    suffix = suffixes[-1] if suffixes else ""
    if suffix in _EDGES:
        return read_edges, write_edges
    if suffix in _GRAPHML:
        return read_graphml, write_graphml
    if suffix in _PAJEK:
        return read_pajek, write_pajek
    raise InputError(
        f"{path}: the name of the file does not say what it is; accepted are "
        f"{', '.join((*_EDGES, *_GRAPHML, *_PAJEK))}, and each of them with .gz"
    )


def read(
    path: str | os.PathLike[str], *, merge: Merge = refuse, drop: Collection[Drop] = ()
) -> NamedGraph:
    """Read a signed network from a file whose name says what it is.

    ``.csv``, ``.tsv``, ``.txt``, ``.edges``, ``.edgelist``, ``.tab``: a list of ties;
    ``.graphml``, ``.xml``: GraphML; ``.net``, ``.paj``, ``.mat``: Pajek; each also with ``.gz``.
    The readers of each kind take more options.

    Parameters
    ----------
    path : str or path
    merge : function
        What becomes of a pair that is told in both directions or more than once: see
        `from_ties`.
    drop : collection of Drop
        What to leave out and count, where it would be refused.

    Raises
    ------
    InputError
        If the name does not say what the file is, or the file cannot be taken.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> lines = ["u,v,sign", "Ann,Bob,+", "Cid,Bob,-"]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "ties.csv")
    ...     _ = file.write_text(chr(10).join(lines))
    ...     read(file)
    NamedGraph(3 names, 2 ties, 1 negative)
    """
    made: NamedGraph = _verbs(path)[0](path, merge=merge, drop=drop)
    return made


def write(named: NamedGraph, path: str | os.PathLike[str]) -> None:
    """Write a signed network to a file, as the end of its name asks: see `read`.

    Raises
    ------
    InputError
        If the name does not say what the file is, or it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from stancekit.io.networks import from_ties
    >>> named = from_ties([("Ann", "Bob", 1)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(named, folder + "/pair.net.gz")
    ...     read(folder + "/pair.net.gz") == named
    True
    """
    _verbs(path)[1](named, path)
