"""The command ``stancekit balance``: a file in, a brief and a proof out."""

import json
from fractions import Fraction

import pytest
from hypothesis import given, settings

from stancekit.__main__ import main
from stancekit.balance import content
from stancekit.io import networks
from stancekit.io.networks import NamedGraph
from stancekit.signed import balance, partition
from stancekit.testing import strategies

PACT = "u,v,sign\nAnn,Bob,1\nBob,Cid,1\nAnn,Cid,-1\nCid,Dan,-1\n"


@pytest.fixture
def pact(tmp_path):
    place = tmp_path / "pact.csv"
    place.write_text(PACT, encoding="utf-8")
    return place


def ran(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


# --- laws -------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(strategies.weighted_graphs(max_order=6))
def test_what_is_told_is_what_the_library_says(graph):
    named = NamedGraph(graph, [f"n{k}" for k in range(graph.order)])
    told, certificate = content(named)
    found = partition.frustration(graph)
    assert certificate.proves(graph)
    assert (told["frustration"]["lower"], told["frustration"]["upper"]) == (
        found.lower,
        found.upper,
    )
    assert told["triangles"]["total"] == balance.triangles(graph).total
    assert (told["vertices"], told["ties"]) == (graph.order, graph.size)
    camps = told["frustration"]["camps"]
    assert sorted(name for camp in camps for name in camp) == sorted(named.names)
    strained = sum(abs(Fraction(x)) for *_, x in told["frustration"]["contradicted"])
    assert float(strained) == pytest.approx(float(found.upper))
    json.dumps(told, allow_nan=False)


# --- oracles ----------------------------------------------------------------------------------


def test_the_brief(capsys, pact):
    code, out, err = ran(capsys, "balance", pact)
    assert (code, err) == (0, "")
    assert out.splitlines()[3:6] == [
        "4 vertices, 4 ties, 2 of them negative; 1 component.",
        "Triangles: 1, of which 0.0% balanced (+++ 0, ++- 1, +-- 0, --- 0).",
        "Frustration: 1 (certified): the fewest ties that any two camps contradict. Consistency "
        "index 0.5000.",
    ]


def test_the_same_as_json_whatever_the_file(capsys, pact, tmp_path):
    named = networks.read(pact)
    told = []
    for name in ("n.graphml", "n.net.gz", "n.mat", "pact.tsv"):
        networks.write(named, tmp_path / name)
        code, out, _ = ran(capsys, "balance", tmp_path / name, "--json")
        assert code == 0
        told.append({**json.loads(out), "file": "", "records": ""})
    assert told == [told[0]] * 4
    assert told[0]["frustration"]["upper"] == 1


def test_the_proof_is_saved_and_checked(capsys, pact, tmp_path):
    proof, other = tmp_path / "proof.npz", tmp_path / "other.csv"
    assert ran(capsys, "balance", pact, "--certificate", proof)[0] == 0
    code, out, _ = ran(capsys, "balance", pact, "--check", proof)
    assert code == 0
    assert "proved for" in out
    other.write_text(PACT.replace("Bob,Cid,1", "Bob,Cid,-1"), encoding="utf-8")
    code, out, _ = ran(capsys, "balance", other, "--check", proof)
    assert code == 1
    assert str(proof) in out
    code, out, _ = ran(capsys, "balance", other, "--check", proof, "--json")
    assert code == 1
    assert json.loads(out)["problems"]


def test_records_are_merged_and_dropped_as_asked(capsys, tmp_path):
    place = tmp_path / "told.csv"
    place.write_text("a,b,1\nb,a,-1\na,a,1\nb,c,1\nc,d,0\n", encoding="utf-8")
    assert ran(capsys, "balance", place)[0] == 2
    code, out, _ = ran(
        capsys, "balance", place, "--merge", "negative_wins", "--drop", "loops, zeros"
    )
    assert code == 0
    assert "Read from 3 records by the rule negative_wins: 1 pair told more than once" in out
    assert "Left out as asked: 1 loops, 1 zeros." in out


def test_columns_by_name_and_by_place(capsys, tmp_path):
    place = tmp_path / "told.csv"
    place.write_text("when,a,b,sign\n1,x,y,1\n", encoding="utf-8")
    for columns in ("a,b,sign", "1,2,3"):
        code, out, _ = ran(capsys, "balance", place, "--columns", columns)
        assert code == 0
        assert "2 vertices, 1 tie, 0 of them negative" in out
    assert "columns=('a', 'b', 'sign')" in ran(capsys, "balance", place)[2]


def test_nobody_and_nothing(capsys, tmp_path):
    place = tmp_path / "none.csv"
    place.write_text("u,v,sign\n", encoding="utf-8")
    code, out, _ = ran(capsys, "balance", place)
    assert code == 0
    assert "0 vertices, 0 ties" in out
    assert "Triangles: none." in out


def test_weights_near_the_largest_number(capsys, tmp_path):
    place = tmp_path / "huge.csv"
    place.write_text("a,b,1e308\nb,c,1e308\na,c,-1e308\n", encoding="utf-8")
    code, out, _ = ran(capsys, "balance", place, "--budget", "1")
    assert code == 0
    assert "of weight too large to tell" in out
    assert max(map(len, out.splitlines())) < 160
    code, out, _ = ran(capsys, "balance", place, "--budget", "1", "--json")
    assert (code, json.loads(out)["weight"]) == (0, None)


# --- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such.csv"], "no-such.csv: there is no such file"),
        (["{pact}", "--check", "no-such.npz"], "no-such.npz"),
        (["{pact}", "--certificate", "{pact}/x.npz"], "Not a directory"),
        (["{pact}", "--columns", "a,b"], "accepted are three or four"),
    ],
)
def test_what_cannot_be_taken_is_one_line(capsys, pact, arguments, said):
    code, _, err = ran(capsys, "balance", *(part.format(pact=pact) for part in arguments))
    assert code == 2
    assert said in err
    assert err.startswith("stancekit: ")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments", [["--merge", "mean"], ["--drop", "all"], ["--budget", "-1"], ["--seed", "x"]]
)
def test_options_that_are_none(capsys, pact, arguments):
    code, _, err = ran(capsys, "balance", pact, *arguments)
    assert code == 2
    assert arguments[0] in err
