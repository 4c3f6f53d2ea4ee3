"""Laws, oracles and refusals of signed networks with names, in every format."""

import contextlib
import gzip
import os
import pickle
import re
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pytest
import test_sampson as sampson
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from stancekit.errors import InputError, MissingExtraError, UnknownNameError
from stancekit.io import networks
from stancekit.io.networks import Drop, LeftOut, NamedGraph, from_ties
from stancekit.io.networks.named import no_name
from stancekit.signed import partition
from stancekit.signed.graph import (
    SignedGraph,
    negative_wins,
    net_sign,
    reciprocated,
    refuse,
)

nx = pytest.importorskip("networkx")

DATA = Path(os.environ.get("STANCEKIT_DATA", Path(__file__).parents[1].parent / "shared" / "data"))
GRAPHS = DATA / "signed_graphs"
needs_graphs = pytest.mark.skipif(
    not GRAPHS.exists(), reason="no signed networks here: set STANCEKIT_DATA"
)

EDGES = ("ties.csv", "ties.tsv", "ties.txt", "ties.csv.gz", "ties.edges.gz")
WHOLE = ("n.graphml", "n.graphml.gz", "n.net", "n.paj", "n.mat", "n.net.gz")

#: What some format might take for something else.
NASTY = "ab01 ,;\"'#%&<>:*+-\u00e9\u0436\u6f22\U0001f600[]|/\\=."

names = (
    st.text(NASTY, min_size=1, max_size=6).map(str.strip).filter(lambda name: not no_name(name))
    | st.integers(0, 30).map(str)
    | st.sampled_from(["u", "v", "sign", "NA", "nan", "&#34;", "&#38;#34;", "*Edges", "1e3", "-1"])
)
values = st.sampled_from([1.0, -1.0, 2.0, -0.5, 0.1, -1e-9, 1e9, 1 / 3])
units = st.sampled_from([1.0, -1.0])


@st.composite
def tie_lists(draw, value=values, min_ties=0):
    """Different pairs of names with a value each, in any order and direction."""
    pool = draw(st.lists(names, min_size=2, max_size=7, unique=True))
    pair = st.lists(st.sampled_from(pool), min_size=2, max_size=2, unique=True)
    pairs = draw(st.lists(pair, min_size=min_ties, max_size=10, unique_by=frozenset))
    return [(a, b, draw(value)) for a, b in pairs]


@st.composite
def named_graphs(draw, alone=True):
    """Any named graph as the readers number it; with vertices that have no tie, or without."""
    ties = draw(tie_lists(draw(st.sampled_from([values, units]))))
    further = draw(st.lists(names, max_size=3)) if alone else []
    return from_ties(ties, names=further)


def plain(named):
    """What it says, without numbers."""
    return set(named.names), {(frozenset((a, b)), value) for a, b, value in named.ties()}


def written(named, name):
    """The bytes of a file."""
    with tempfile.TemporaryDirectory() as folder:
        networks.write(named, Path(folder, name))
        return Path(folder, name).read_bytes()


def read(content, name="ties.csv", verb=networks.read, **asked):
    """Read a file of this content."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, name)
        place.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return verb(place, **asked)


# --- laws -------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(named_graphs())
@example(from_ties([]))
@example(from_ties([], names=["a"]))
@pytest.mark.parametrize("name", WHOLE)
def test_what_is_written_reads_back(name, named):
    again = read(written(named, name), name)
    assert again == named
    assert again.names == named.names


@settings(max_examples=25)
@given(named_graphs(alone=False))
@example(from_ties([]))
@pytest.mark.parametrize("name", EDGES)
def test_a_list_of_ties_reads_back(name, named):
    assert read(written(named, name), name) == named


@given(named_graphs())
def test_networkx_and_back(named):
    assert networks.from_networkx(networks.to_networkx(named)) == named


@given(named_graphs())
def test_igraph_and_back(named):
    pytest.importorskip("igraph")
    assert networks.from_igraph(networks.to_igraph(named)) == named


@given(tie_lists(), st.randoms(use_true_random=False), st.lists(names, max_size=2))
def test_the_order_and_direction_of_ties_say_nothing(ties, random, further):
    told = [(b, a, x) if random.random() < 0.5 else (a, b, x) for a, b, x in ties]
    told += random.sample(told, len(told) // 2)  # what is said twice
    random.shuffle(told)
    named = from_ties(told, names=further)
    assert named == from_ties(ties, names=further)
    assert plain(named) == (
        {name for a, b, _ in ties for name in (a, b)} | set(further),
        {(frozenset((a, b)), x) for a, b, x in ties},
    )
    assert named.graph.reading.records == len(told)
    assert named.graph.reading.merged == len(told) - len(ties)


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 2, units), max_size=25))
@pytest.mark.parametrize("merge", [refuse, net_sign, negative_wins, reciprocated])
def test_rules_are_those_of_signed_graphs(merge, records):
    records = [record for record in records if record[0] != record[1]]
    told = [(str(u), str(v), x) for u, v, x in records]
    number = [str(k) for k in range(5)]
    try:
        there = SignedGraph.from_records(5, records, merge=merge)
    except InputError:
        with pytest.raises(InputError, match="accepted is one value a pair"):
            from_ties(told, names=number, merge=merge)
        return
    named = from_ties(told, names=number, merge=merge)
    assert (named.graph, named.graph.reading) == (there, there.reading)


@given(tie_lists(min_ties=1), st.data())
def test_what_is_dropped_is_counted_and_changes_nothing_else(ties, data):
    pool = sorted({name for a, b, _ in ties for name in (a, b)})
    who = st.sampled_from(pool)
    loops = data.draw(st.lists(st.tuples(who, st.sampled_from([1.0, 0.0, None])), max_size=4))
    bad = data.draw(st.lists(st.tuples(who, who, st.sampled_from([0.0, None])), max_size=4))
    bad = [tie for tie in bad if tie[0] != tie[1]]
    told = data.draw(st.permutations([*ties, *((a, a, x) for a, x in loops), *bad]))
    zeros = sum(x == 0 for _, _, x in bad)
    named = from_ties(told, drop=list(Drop))
    assert named == from_ties(ties)
    assert named.left_out == LeftOut(len(loops), zeros, len(bad) - zeros)
    if loops or bad:
        with pytest.raises(InputError, match="leaves such ties out and counts them"):
            from_ties(told)


@given(named_graphs())
def test_numbers_and_names_are_one_to_one(named):
    assert [named.vertex(name) for name in named.names] == list(range(named.graph.order))
    for k, (a, b, value) in enumerate(named.ties()):
        u, v = named.graph.edges[k].tolist()
        assert (named.vertex(a), named.vertex(b)) == (u, v)
        assert named.pair(k) == (a, b)
        assert value == named.graph.signs[k] * named.graph.weights[k]
    groups = named.groups(named.graph.components())
    assert sorted(name for group in groups for name in group) == sorted(named.names)
    assert [len(group) for group in groups] == sorted(map(len, groups), reverse=True)
    tied = named.tied()
    assert plain(tied)[1] == plain(named)[1]
    assert set(tied.names) == {name for a, b, _ in named.ties() for name in (a, b)}
    again = pickle.loads(pickle.dumps(named))
    assert (again, hash(again), again.left_out) == (named, hash(named), named.left_out)


@settings(max_examples=15)
@given(named_graphs(alone=False))
def test_whatever_the_file_it_is_one_network(named):
    held = {name: read(written(named, name), name) for name in (*EDGES, *WHOLE)}
    assert set(held.values()) == {named}


SEEDS = [
    ("ties.csv", 'u,v,sign\nAnn,Bob,1\nBob,"Cid, the",-1\nAnn,Dan,1\n'),
    ("ties.txt", "# who\nAnn Bob 0.5\nBob Cid -1\n"),
    ("ties.tsv", "a\tb\tsign\tweight\nAnn\tBob\t1\t2\nBob\tCid\t-1\t0.5\n"),
    (
        "n.net",
        '*Vertices 3\n1 "Ann" 0.1 0.2\n2 "Bob"\n*Arcs :1 "like"\n1 2 1 c Red\n*Edges\n2 3 -1\n',
    ),
    ("n.paj", '*Network N\n*Vertices 2\n1 "A"\n*Edges\n1 2 -3\n*Partition P\n*Vertices 2\n1\n2\n'),
    ("n.mat", "*Vertices 3\n*Matrix\n0 1 -1\n1 0 0\n-1 0 0\n"),
    (
        "n.graphml",
        '<?xml version="1.0"?><graphml><key id="k" for="edge" attr.name="weight"><default>1'
        '</default></key><graph edgedefault="directed"><node id="a"/><node id="b"/>'
        '<edge source="a" target="b"><data key="k">-2</data></edge></graph></graphml>',
    ),
    ("ties.csv.gz", gzip.compress(b"u,v,sign\nAnn,Bob,1\n", mtime=0)),
]


DAMAGE = (b"\n", b'"', b"\x00", b"\xff", b"0", b"9", b",", b"*", b"<", b"-", b" ")


@pytest.mark.parametrize(("name", "content"), SEEDS, ids=[name for name, _ in SEEDS])
def test_a_damaged_file_is_a_network_or_one_error(name, content, tmp_path):
    """Every byte taken away, doubled and changed; every beginning of the file."""
    content = content if isinstance(content, bytes) else content.encode()
    place = tmp_path / name
    outcomes = set()
    for k in range(len(content)):
        head, byte, tail = content[:k], content[k : k + 1], content[k + 1 :]
        other = (DAMAGE[k % len(DAMAGE)], DAMAGE[(k + k // 11 + 4) % len(DAMAGE)])
        for damaged in (
            head,
            head + tail,
            head + byte * 2 + tail,
            *(head + x + tail for x in other),
        ):
            place.write_bytes(damaged)
            outcomes.add(outcome(place))
    assert {NamedGraph, InputError} >= outcomes
    assert InputError in outcomes


def outcome(place):
    """What comes of reading a file, without as much as a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return type(networks.read(place, drop=[Drop.LOOPS]))
        except InputError as error:
            is_clear = str(place) in str(error) and len(str(error)) < 600
            return InputError if is_clear else str(error)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=60), st.sampled_from([name for name, _ in SEEDS]))
def test_any_bytes_are_a_network_or_one_error(content, name):
    with contextlib.suppress(InputError):
        assert isinstance(read(content, name), NamedGraph)


# --- oracles ----------------------------------------------------------------------------------


@given(named_graphs())
def test_networkx_reads_our_graphml(named):
    with tempfile.TemporaryDirectory() as folder:
        networks.write_graphml(named, folder + "/n.graphml")
        graph = nx.read_graphml(folder + "/n.graphml")
    name = nx.get_node_attributes(graph, "name")
    assert plain(named) == (
        {name[node] for node in graph},
        {
            (frozenset((name[u], name[v])), held["sign"] * held["weight"])
            for u, v, held in graph.edges(data=True)
        },
    )
    assert networks.from_networkx(graph, names="name") == named


@given(named_graphs())
def test_we_read_the_graphml_of_networkx(named):
    with tempfile.TemporaryDirectory() as folder:
        nx.write_graphml(networks.to_networkx(named), folder + "/n.graphml")
        assert networks.read_graphml(folder + "/n.graphml") == named


@given(named_graphs())
def test_networkx_reads_our_pajek(named):
    with tempfile.TemporaryDirectory() as folder:
        networks.write_pajek(named, folder + "/n.net")
        lines = Path(folder, "n.net").read_text(encoding="utf-8").splitlines()
    if any(re.search(r"&#\d", line) or "*" in line[1:] for line in lines):
        return  # networkx knows no signs written as numbers, and splits at words with a star
    graph = nx.parse_pajek(lines)
    got = {(frozenset((u, v)), held["weight"]) for u, v, held in graph.edges(data=True)}
    assert (set(graph), got) == plain(named)


@given(named_graphs())
def test_igraph_reads_and_writes_the_same(named):
    igraph = pytest.importorskip("igraph")
    with tempfile.TemporaryDirectory() as folder:
        networks.write_graphml(named, folder + "/n.graphml")
        graph = igraph.Graph.Read_GraphML(folder + "/n.graphml")
        assert networks.from_igraph(graph) == named
        networks.to_igraph(named).write_graphml(folder + "/i.graphml")
        again = networks.read_graphml(folder + "/i.graphml")
    assert plain(again)[0] == plain(named)[0]
    assert [x for *_, x in again.ties()] == pytest.approx([x for *_, x in named.ties()])


def test_igraph_writes_pajek_and_we_read_it():
    igraph = pytest.importorskip("igraph")
    graph = igraph.Graph(3, [(0, 1), (2, 1)], directed=True)
    graph.vs["name"] = ["Ann B", 'C "D"', "E"]
    graph.es["weight"] = [-1.0, 2.0]
    with tempfile.TemporaryDirectory() as folder:
        graph.write_pajek(folder + "/n.net")
        named = networks.read_pajek(folder + "/n.net")
    assert list(named.ties()) == [("Ann B", 'C "D"', -1.0), ('C "D"', "E", 2.0)]
    assert named == networks.from_igraph(graph)


def pajek_of_sampson(kind):
    """Sampson's relations at the last time as one Pajek network: arcs, or one sum of matrices."""
    lines = ["*Vertices 18", *(f'{k} "novice {k}"' for k in range(1, 19))]
    told = sampson.records()
    if kind == "arcs":
        return "\n".join([*lines, "*Arcs", *(f"{u + 1} {v + 1} {x}" for u, v, x in told)])
    table = np.zeros((18, 18), dtype=int)
    for u, v, x in told:
        table[u, v] += x
    return "\n".join([*lines, "*Matrix", *(" ".join(map(str, row)) for row in table.tolist())])


@pytest.mark.parametrize(
    ("rule", "size", "frustration"),
    [
        (sampson.each_way(net_sign, net_sign), 110, 29),
        (negative_wins, 126, 36),
        (sampson.net_rank, 126, 35),
        (sampson.each_way(negative_wins, reciprocated), 46, 8),
        (net_sign, 122, 31),
        (reciprocated, 40, 3),
    ],
)
def test_the_monastery_by_rule(rule, size, frustration):
    """The values of tests/test_sampson.py, from a file."""
    named = read(pajek_of_sampson("arcs"), "sampson.net", merge=rule)
    there = SignedGraph.from_records(18, sampson.records(), merge=rule)
    assert named.graph.size == size
    assert named.graph.reading == there.reading
    found = partition.frustration(named.graph)
    assert (found.lower, found.upper) == (frustration, frustration)
    order = [named.vertex(f"novice {k}") for k in range(1, 19)]
    u, v = np.sort(np.array(order)[there.edges], axis=1).T
    assert (named.graph.signs[named.graph.locate(u, v)] == there.signs).all()


def test_the_monastery_as_a_matrix():
    table = read(pajek_of_sampson("matrix"), "sampson.mat", merge=negative_wins)
    told = sampson.records()
    sums = {}
    for u, v, x in told:
        sums[u, v] = sums.get((u, v), 0) + x
    signed = [(f"novice {u + 1}", f"novice {v + 1}", x) for (u, v), x in sums.items() if x]
    everyone = [f"novice {k}" for k in range(1, 19)]
    assert table == from_ties(signed, names=everyone, merge=negative_wins)
    with pytest.raises(InputError, match=r"sampson.mat, line \d+: the tie of 'novice"):
        read(pajek_of_sampson("matrix"), "sampson.mat")


@needs_graphs
@pytest.mark.parametrize(
    ("name", "size", "negative"),
    [
        ("tribes", 58, 29),
        ("bitcoin_alpha", 13876, 1152),
        ("bitcoin_otc", 21134, 2901),
        ("wiki_elec", 100355, 21915),
        pytest.param("slashdot090221", 498532, 117599, marks=pytest.mark.slow),
        pytest.param("epinions", 708507, 118619, marks=pytest.mark.slow),
    ],
)
def test_the_classical_networks(name, size, negative):
    """Counts from the SOURCE.txt beside them; the ties from numpy's own reader.

    A list of ties has no place for vertices without one, of which some of these have had some.
    """
    named = networks.read(GRAPHS / f"{name}.csv.gz")
    table = np.loadtxt(GRAPHS / f"{name}.csv.gz", delimiter=",", skiprows=1, dtype=np.int64)
    number, ends = np.unique(table[:, :2], return_inverse=True)
    there = SignedGraph.from_arrays(len(number), ends.reshape(-1, 2), table[:, 2])
    assert named.graph == there
    assert named.names == tuple(map(str, number.tolist()))
    assert (named.graph.size, int((named.graph.signs < 0).sum())) == (size, negative)


@needs_graphs
def test_a_column_too_many_is_named_and_left_out_on_demand():
    place = GRAPHS / "cow_windows.csv.gz"
    with pytest.raises(InputError, match=re.escape("columns=('a', 'b', 'sign')")):
        networks.read(place)
    with pytest.raises(
        InputError, match=r"line 450: the tie of 'BUL' with 'YUG' is -1, and 1 at .*, line 86"
    ):
        networks.read_edges(place, columns=("a", "b", "sign"))
    named = networks.read_edges(place, columns=("a", "b", "sign"), merge=net_sign)
    assert named.graph.reading.records == 41295


AS_FOUND = {
    "SNAP": ("# Directed graph\n# Nodes: 3 Edges: 2\n# FromNodeId\tToNodeId\tSign\n0\t1\t-1\n"
             "1\t12\t1\n", {}),
    "KONECT": ("% asym signed\n% 2 3 3\n0 1 -1\n1 12 1\n", {}),
    "times": ("0,1,-1,1289241911\n1,12,1,1289243140\n", {"columns": (0, 1, 2)}),
    "header of times": ("SOURCE,TARGET,RATING,TIME\n0,1,-1,5\n1,12,1,6\n",
                        {"columns": ("SOURCE", "TARGET", "RATING")}),
    "header and blanks": ("source target weight\n0 1  -1\n 1   12 1\n\n", {}),
    "other order": ("sign;v;u\n-1;1;0\n+1;12;1", {}),
    "words for signs": ("0,1,-\r\n1,12,+\r\n", {}),
    "quotation marks": ('"0","1","-1"\n"1", "12", "1"\n', {}),
    "sign and weight": ("u,v,sign,weight\n0,1,-1,1\n1,12,1,1\n", {}),
    "a mark of order": ("\ufeff0,1,-1\n1,12,1\n", {}),
}  # fmt: skip


@pytest.mark.parametrize("kind", AS_FOUND)
def test_lists_of_ties_as_they_are_found(kind):
    content, asked = AS_FOUND[kind]
    named = read(content, "ties", networks.read_edges, **asked)
    assert list(named.ties()) == [("0", "1", -1.0), ("1", "12", 1.0)]
    assert named.names == ("0", "1", "12")  # by size, not "0", "1", "12" by chance
    assert read(content.replace("12", "2"), "ties", networks.read_edges, **asked).names[2] == "2"


def test_whole_numbers_go_by_size_and_words_by_letters():
    assert from_ties([("10", "9", 1), ("-3", "9", 1)]).names == ("-3", "9", "10")
    assert from_ties([("10", "9", 1), ("x", "9", 1)]).names == ("10", "9", "x")
    assert from_ties([("10", "09", 1)]).names == ("09", "10")  # a code, not a number
    mixed = from_ties([(10, np.int64(9), 1), ("9", "8", 1)], names=[7])
    assert mixed.names == ("7", "8", "9", "10")


def test_a_sign_beside_a_weight():
    text = "u,v,sign,weight\na,b,-1,0.5\nb,c,1,2\nc,d,-1,-3\n"
    assert [x for *_, x in read(text).ties()] == [-0.5, 2.0, -3.0]
    with pytest.raises(InputError, match=r"line 2: the sign is 1 and the weight -0.5"):
        read("u,v,sign,weight\na,b,1,-0.5\n")


PAJEK = {
    "numbers for names": ("*vertices 3\n*edges\n1 3 -1\n", [("1", "3", -1.0)]),
    "labels without marks": ("*Vertices 2\n 1 Ann 0.5 0.5 box\n 2 Bob\n*Arcs\n 2 1 -2.5\n",
                             [("Ann", "Bob", -2.5)]),
    "two kinds": ("*Vertices 3 1\n*Matrix\n-1 0\n", [("1", "2", -1.0)]),
    "a relation at the tie": ("*Vertices 2\n*Arcs\n1: 1 2 -1\n", [("1", "2", -1.0)]),
    "how to draw": ('*Vertices 2\n*Arcs\n1 2 -1 w 3 c Blue l "dis like"\n', [("1", "2", -1.0)]),
    "signs as numbers": ('*Vertices 2\n1 "&#381;an"\n*Edges\n1 2 1\n', [("2", "\u017dan", 1.0)]),
    "comments": ("% a\n/* b */\n*Vertices 2\n% c\n*Edges\n\n1 2 1\n", [("1", "2", 1.0)]),
    "other objects": ("*Partition P\n*Vertices 1\n7\n*Network N\n*Vertices 2\n*Edges\n1 2 1\n"
                      "*Vector V\n*Vertices 2\n0.5\n0.5\n", [("1", "2", 1.0)]),
}  # fmt: skip


@pytest.mark.parametrize("kind", PAJEK)
def test_pajek_as_it_is_found(kind):
    content, ties = PAJEK[kind]
    assert list(read(content, "n.paj").ties()) == ties


TWO = (
    '*Network first\n*Vertices 2\n*Arcs :1 "likes"\n1 2 1\n*Arcs :2 "dislikes"\n2 1 -1\n'
    "*Network second\n*Vertices 2\n*Edges\n1 2 -1\n"
)


def test_networks_and_relations_of_a_project():
    def one(**asked):
        return read(TWO, "two.paj", networks.read_pajek, **asked)

    assert list(one(network="first", relation="likes").ties()) == [("1", "2", 1.0)]
    assert list(one(network="first", relation=2).ties()) == [("1", "2", -1.0)]
    assert list(one(network="second").ties()) == [("1", "2", -1.0)]
    for asked, said in [
        ({}, "2 networks; say which with network=: 'first', 'second'"),
        ({"network": "frist"}, "did you mean 'first'"),
        ({"network": "first"}, "2 relations; say which with relation=, .*: 1 'likes', 2 'disl"),
        ({"network": "first", "relation": "hates"}, "no relation is called 'hates'; accepted: 1"),
    ]:
        with pytest.raises(InputError, match=said):
            one(**asked)


def test_graphml_with_defaults_and_directions():
    text = (
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><key id="s" for="edge" '
        'attr.name="sign"><default>-1</default></key><key id="l" for="node" attr.name="label"/>'
        '<graph edgedefault="undirected"><edge source="x" target="y"/>'
        '<edge directed="true" source="z" target="y"><data key="s">+1</data></edge>'
        '<node id="x"><data key="l">Ann</data></node><node id="y"><data key="l">B &amp; C</data>'
        '</node><node id="z"><data key="l">Dan</data></node></graph></graphml>'
    )
    named = read(text, "n.graphml", networks.read_graphml, names="label")
    assert list(named.ties()) == [("Ann", "B & C", -1.0), ("B & C", "Dan", 1.0)]
    assert read(text, "n.xml").names == ("x", "y", "z")


def test_each_edge_of_graphml_has_its_own_direction():
    text = (
        '<graphml><key id="s" for="edge" attr.name="sign"><default>1</default></key>'
        '<graph edgedefault="undirected"><node id="x"/><node id="y"/>'
        '<edge directed="true" source="x" target="y"/>'
        '<edge directed="true" source="y" target="x"/></graph></graphml>'
    )
    assert read(text, "n.graphml", merge=reciprocated).graph.size == 1
    with pytest.raises(InputError, match="no direction"):
        read(text.replace("true", "false"), "n.graphml", merge=reciprocated)


@pytest.mark.parametrize("blank", ["", "\n"])
@pytest.mark.parametrize("header", ["", "u,v,sign\n"])
def test_long_files_are_read_whole_and_by_line(header, blank):
    """Files are taken a block at a time; this one is several."""
    count = 20_000
    lines = [f"{k},{k + 1},{-1 if k % 3 else 1}" for k in range(count)]
    named = read(header + blank + "\n".join(lines), "ties.csv")
    assert named.graph.edges.tolist() == [[k, k + 1] for k in range(count)]
    assert named.graph.signs.tolist() == [-1 if k % 3 else 1 for k in range(count)]
    assert named.names == tuple(map(str, range(count + 1)))
    above = (header + blank).count("\n")
    for k in (15_000, count - 1):
        for bad, said in [("1,1,1", "is a loop"), ("1,2", "has 2 cells"), ("# x", "a comment")]:
            damaged = [*lines[:k], bad, *lines[k + 1 :]]
            with pytest.raises(InputError, match=rf"line {k + 1 + above}: .*{said}"):
                read(header + blank + "\n".join(damaged), "ties.csv")
    late = (header + blank + "\n".join(lines[:18_000])).encode() + b"\n\xff,1,1\n1,2,1"
    with pytest.raises(InputError, match=f"line {18_001 + above}: this is not UTF-8"):
        read(late, "ties.csv")


def test_an_endless_line_is_refused():
    with pytest.raises(InputError, match="line 2: the line is longer than 1000000 signs"):
        read("u,v,sign\n" + "a" * 1_200_000, "ties.csv")


def test_graphs_of_networkx_of_every_kind():
    for kind in (nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph):
        graph = kind()
        graph.add_edge(10, 9, weight=-2.0)
        graph.add_node(np.int64(11))
        named = networks.from_networkx(graph)
        assert list(named.ties()) == [("9", "10", -2.0)]
        assert named.names == ("9", "10", "11")
    graph = nx.MultiDiGraph()
    graph.add_edges_from([("a", "b", {"sign": 1}), ("a", "b", {"sign": -1}), ("b", "c", {})])
    named = networks.from_networkx(graph, merge=negative_wins, drop=[Drop.MISSING])
    assert list(named.ties()) == [("a", "b", -1.0)]
    assert (named.left_out.missing, named.graph.reading.contradictory) == (1, 1)


# --- refusals ---------------------------------------------------------------------------------

REFUSED = [
    ("ties.csv", "", "there is no tie in the file"),
    ("ties.csv", "# only words\n", "there is no tie in the file"),
    ("ties.csv", "a,b\n", "line 1: the line has 2 cells; a signed tie has three"),
    ("ties.csv", "a,b,1\nb,c\n", "line 2: the line has 2 cells and the first one 3"),
    ("ties.csv", "a,b,1\n\nb,c,0\n", "line 3: the tie of 'b' with 'c' is of value 0"),
    ("ties.csv", "a,b,1\nb,c,\n", "line 2: the tie of 'b' with 'c' is without a sign"),
    ("ties.csv", "a,b,1\nb,c,NA\n", "line 2: .* is without a sign"),
    ("ties.csv", "a,b,1\nc,c,1\nd,d,1\n", r"line 2: the tie of 'c' with 'c' is a loop \(2 such\)"),
    ("ties.csv", "a,b,1\nb,c,x\n", "line 2: 'x' is no sign"),
    ("ties.csv", "a,b,1\nb,c,inf\n", "line 2: 'inf' is no sign"),
    ("ties.csv", "a,b,1\nb,c,1e999\n", "line 2: '1e999' is no sign"),
    ("ties.csv", "a;b;1\nb;c;0,5\n", "line 2: '0,5' is no sign; accepted are .* a decimal point"),
    ("ties.csv", "a,b,1\nb,c,1_0\n", "line 2: '1_0' is no sign"),
    ("ties.csv", "a,b,1\nb,c,\u0661\n", "line 2: .* is no sign"),
    ("ties.csv", "a,b,1\nb,a,-1\n", "line 2: the tie of 'a' with 'b' is -1, and 1 at .*, line 1"),
    ("ties.csv", "a,b,1\n,c,1\n", "line 2: '' is no name of a vertex: it is empty"),
    ("ties.csv", 'a,b,1\n"b,c,1\n', "line 2: a quotation mark"),
    ("ties.csv", 'a,b,1\n"b"x,c,1\n', "line 2: a quotation mark"),
    ("ties.txt", 'a b 1\n"b c" d 1\n', "line 2: a quotation mark among blanks"),
    ("ties.csv", "#x,y,1\na,b,1\n", "line 1: is this a comment or a tie"),
    ("ties.csv", "a,b,1\n#x,y,1\n", "line 2: a comment below the first tie"),
    ("ties.csv", "who,whom,how\na,b,1\n", "line 1: 'how' is no sign, and the line is no header"),
    ("ties.csv", "a,b,1,2\n", r"line 1: the line has 4 cells .* columns=\(0, 1, 2\)"),
    ("ties.csv", b"a,b,1\n\xe9,b,1\n", "line 2: this is not UTF-8"),
    ("ties.csv.gz", gzip.compress(b"a,b,1\n" * 99)[:-20], "the compressed file is damaged"),
    ("ties.dat", "a,b,1\n", "the name of the file does not say what it is"),
    ("n.net", "", "there is no network in the file"),
    ("n.net", "1 2 1\n", "line 1: '1 2 1' stands in no section"),
    ("n.net", "*Arcs\n1 2 1\n", r"line 1: \*Arcs before the \*Vertices"),
    ("n.net", "*Vertices x\n", "line 1: 'x' is no number of vertices"),
    ("n.net", "*Vertices 99999999999\n", "line 1: .* is no number of vertices"),
    ("n.net", "*Vertices 2\n3 c\n", "line 2: '3' is no vertex; accepted are 1..2"),
    ("n.net", "*Vertices 2\n1 a\n1 b\n", "line 3: vertex 1 has its line already, line 2"),
    ("n.net", "*Vertices 2\n1 a\n2 a\n", "line 3: vertices 1 and 2 are both called 'a'"),
    ("n.net", "*Vertices 2\n1 2\n", "vertices 1 and 2 are both called '2'"),
    ("n.net", "*Vertices 2\n*Arcs\n1 3 1\n", "line 3: '3' is no vertex"),
    ("n.net", "*Vertices 2\n*Arcs\n1 2\n", "line 3: the tie of '1' with '2' is without a sign"),
    ("n.net", "*Vertices 2\n*Arcs\n1 2 c Red\n", "line 3: .* without a sign"),
    ("n.net", "*Vertices 2\n*Arcs\n1 2 0\n", "line 3: .* of value 0"),
    ("n.net", "*Vertices 2\n*Arcs\n1 2 1 [1-3]\n", "line 3: .* is a time of activity"),
    ("n.net", "*Vertices 2\n*Arcslist\n1 2\n", r"line 2: \*Arcslist has no line values"),
    ("n.net", "*Vertices 2\n*Wires\n1 2\n", "line 2: the section .* is not known"),
    ("n.net", '*Vertices 2\n1 "a\n', "line 2: a quotation mark is not closed"),
    ("n.net", "*Vertices 1\n*Vertices 1\n", r"line 2: a second \*Vertices"),
    ("n.mat", "*Vertices 2\n*Matrix\n0 1\n", "a matrix ends after 1 rows"),
    ("n.mat", "*Vertices 2\n*Matrix\n0 1\n1 0\n0 0\n", "line 5: a matrix of 2 rows has one more"),
    ("n.mat", "*Vertices 2\n*Matrix\n0 1 1\n", "line 3: the row has 3 cells; accepted are 2"),
    ("n.mat", "*Vertices 2\n*Matrix\n0 1\n-1 0\n", "line 4: the tie of '1' with '2' is -1, and 1"),
    ("n.mat", "*Vertices 2\n*Matrix\n2 1\n1 0\n", "line 3: the tie of '1' with '1' is a loop"),
    ("n.graphml", "", "the XML is broken"),
    ("n.graphml", "<html/>", "line 1: the file begins with <html>"),
    ("n.graphml", "<graphml/>", "there is no <graph>"),
    ("n.graphml", '<graphml><graph edgedefault="both"/></graphml>', "accepted are directed, und"),
    ("n.graphml", '<!DOCTYPE g [<!ENTITY a "b">]><graphml/>', "declares the entity 'a'"),
    (
        "n.graphml",
        '<graphml><graph edgedefault="directed">\n<node id="a"/>\n<node id="a"/></graph></graphml>',
        "line 3: a second node 'a', which stands at line 2",
    ),
    (
        "n.graphml",
        '<graphml><graph edgedefault="directed"><node id="a"/>\n<edge source="a" target="b"/>'
        "</graph></graphml>",
        "line 2: the edge has an end 'b', and there is no such node",
    ),
    (
        "n.graphml",
        '<graphml><graph edgedefault="directed"><node id="a"/><node id="b"/>\n'
        '<edge source="a" target="b"/></graph></graphml>',
        "the sign of a tie is its attribute sign, or .* there: none",
    ),
]


@pytest.mark.parametrize(("name", "content", "said"), REFUSED)
def test_what_is_wrong_is_named_by_file_and_line(name, content, said):
    with pytest.raises(InputError, match=said) as caught:
        read(content, name)
    assert name in str(caught.value)


def test_a_tie_without_direction_is_not_reciprocated():
    for name in ("n.net", "n.graphml"):
        content = written(from_ties([("a", "b", 1)]), name)
        with pytest.raises(InputError, match=r"line \d+: the tie has no direction"):
            read(content, name, merge=reciprocated)
    with pytest.raises(InputError, match="the tie has no direction"):
        networks.from_networkx(nx.Graph([("a", "b", {"sign": 1})]), merge=reciprocated)


def test_names_are_one_each_and_plain():
    pair = SignedGraph.from_edges(2, [(0, 1, 1)])
    for given_names, said in [
        ("ab", "accepted is one name for each vertex"),
        (["a"], "1 names for 2 vertices"),
        (["a", "a"], "vertices 0 and 1 are both called 'a'"),
        (["a", ""], "it is empty"),
        (["a", 1], "it is int, not text"),
        (["a", "b\nc"], "it holds the sign"),
        (["a", " b"], "begins or ends with a blank"),
    ]:
        with pytest.raises(InputError, match=said):
            NamedGraph(pair, given_names)
    with pytest.raises(InputError, match="accepted is a SignedGraph"):
        NamedGraph("graph", ["a"])
    named = NamedGraph(pair, ["Ann", "Bob"])
    with pytest.raises(UnknownNameError, match="did you mean 'Ann'"):
        named.vertex("Anne")
    with pytest.raises(InputError, match="one whole number for each of 2 vertices"):
        named.groups([1])


def test_ties_that_are_none_are_named():
    for ties, said in [
        ([("a", "b")], "tie 0 is .* accepted are"),
        ([("a", "b", 1), ("a", 2.0, 1)], "tie 1: 2.0 is no name"),
        ([("a", "b", "x")], "tie 0: the value of 'a' with 'b' is 'x'"),
        ([("a", "b", True)], "tie 0: .* is True"),
        ([("a", "b", float("inf"))], "tie 0: .* is inf"),
    ]:
        with pytest.raises(InputError, match=said):
            from_ties(ties)
    with pytest.raises(InputError, match=r"accepted are Drop.LOOPS, Drop.ZEROS and Drop.MISSING"):
        from_ties([], drop=["loops"])
    with pytest.raises(InputError, match="names: None is no name"):
        from_ties([], names=[None])


def test_columns_and_delimiters_that_are_none():
    text = "from,to,how\na,b,1\n"
    for asked, said in [
        (
            {"columns": ("from", "to", "hwo")},
            "line 1: there is no column 'hwo'; did you mean 'how'",
        ),
        ({"columns": ("from", "to")}, "accepted are three or four different names or places"),
        ({"columns": ("from", "to", 2)}, "accepted are three or four different names or places"),
        ({"columns": (0, 1, 7)}, r"line 1: there is no column 7; accepted: 0\.\.2"),
        ({"delimiter": "ab"}, "accepted is one sign"),
    ]:
        with pytest.raises(InputError, match=said):
            read(text, "ties.csv", networks.read_edges, **asked)
    assert list(read(text, columns=(0, 1, 2), verb=networks.read_edges).ties()) == [("a", "b", 1.0)]


def test_a_list_of_ties_has_no_place_for_the_lonely(tmp_path):
    named = from_ties([("a", "b", 1)], names=["c"])
    with pytest.raises(InputError, match="1 vertices have no tie"):
        networks.write_edges(named, tmp_path / "ties.csv")
    assert list(tmp_path.iterdir()) == []
    networks.write_edges(named.tied(), tmp_path / "ties.csv")
    with pytest.raises(InputError, match="No such file"):
        networks.write(named, tmp_path / "no" / "n.net")


def test_graphs_of_libraries_that_cannot_be_taken():
    graph = nx.Graph([("a", "b", {"weight": -1.0})])
    for verb, given_graph, asked, said in [
        (networks.from_networkx, "graph", {}, "accepted is a graph of networkx"),
        (networks.from_igraph, graph, {}, "accepted is a graph of igraph"),
        (networks.from_networkx, graph, {"value": "wieght"}, "did you mean 'weight'"),
        (networks.from_networkx, graph, {"names": "label"}, "it is NoneType, not text"),
        (networks.from_networkx, nx.Graph([((1, 2), "b")]), {}, "is no name of a vertex"),
        (networks.from_networkx, nx.Graph([("a", "b")]), {}, "say which with value=; there: none"),
        (networks.from_networkx, nx.Graph([(1, "1", {"sign": 1})]), {}, "two vertices are called"),
        (
            networks.from_networkx,
            nx.Graph([("a", "b", {"sign": "+"})]),
            {},
            r"networkx graph, edge 0 \('a', 'b'\): its value is '\+'",
        ),
    ]:
        with pytest.raises(InputError, match=said):
            verb(given_graph, **asked)


@pytest.mark.parametrize(
    ("package", "verb", "said"),
    [
        ("networkx", networks.to_networkx, r"pip install 'stancekit\[networks\]'"),
        ("igraph", networks.to_igraph, r"pip install 'stancekit\[igraph\]'"),
    ],
)
def test_a_library_that_is_not_there_is_named(package, verb, said, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, package, None)
    with pytest.raises(MissingExtraError, match=said):
        verb(from_ties([("a", "b", 1)]))
