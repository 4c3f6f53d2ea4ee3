"""Signed networks with names, both ways: lists of ties, GraphML, Pajek, networkx, igraph."""

from stancekit.io.networks.edges import read_edges, write_edges
from stancekit.io.networks.graphml import read_graphml, write_graphml
from stancekit.io.networks.libraries import from_igraph, from_networkx, to_igraph, to_networkx
from stancekit.io.networks.named import LeftOut, NamedGraph
from stancekit.io.networks.pajek import read_pajek, write_pajek
from stancekit.io.networks.suffixes import read, write
from stancekit.io.networks.told import Drop, from_ties

__all__ = [
    "Drop",
    "LeftOut",
    "NamedGraph",
    "from_igraph",
    "from_networkx",
    "from_ties",
    "read",
    "read_edges",
    "read_graphml",
    "read_pajek",
    "to_igraph",
    "to_networkx",
    "write",
    "write_edges",
    "write_graphml",
    "write_pajek",
]
