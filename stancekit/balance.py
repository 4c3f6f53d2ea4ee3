"""The command ``stancekit balance``: a signed network from any file, in brief and with proof."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stancekit.errors import InputError
from stancekit.io import networks
from stancekit.io.networks import Drop, NamedGraph
from stancekit.signed import balance, partition
from stancekit.signed.graph import negative_wins, net_sign, reciprocated, refuse

__all__ = ["add_commands", "content"]

_RULES = {rule.__name__: rule for rule in (refuse, net_sign, negative_wins, reciprocated)}

#: Names of a camp that are shown in the text; the JSON has all of them.
_SHOWN = 12

#: Amounts up to which all digits are shown.
_PLAIN = 1e15


def content(
    named: NamedGraph, *, budget: float | None = None, rng: int = 0, progress: bool = False
) -> tuple[dict[str, Any], partition.Certificate]:
    """What there is to say of a signed network, as plain values, and the proof of its bounds.

    Parameters
    ----------
    named : NamedGraph
    budget, rng, progress
        As in `signed.partition.frustration`.

    Examples
    --------
    >>> told, proof = content(networks.from_ties([("a", "b", 1), ("b", "c", 1), ("a", "c", -1)]))
    >>> told["triangles"], told["frustration"]["lower"], told["frustration"]["upper"]
    ({'ppp': 0, 'ppm': 1, 'pmm': 0, 'mmm': 0, 'balanced': 0, 'total': 1}, 1, 1)
    """
    graph = named.graph
    census = balance.triangles(graph)
    found = partition.frustration(graph, budget=budget, rng=rng, progress=progress)
    negative = int((graph.signs < 0).sum())
    with np.errstate(over="ignore"):  # the sum of weights near the largest number
        weight = graph.total_weight
    told: dict[str, Any] = {
        "vertices": graph.order,
        "ties": graph.size,
        "negative": negative,
        "weight": weight if math.isfinite(weight) else None,
        "components": int(graph.components().max(initial=-1)) + 1,
        "records": None,
        "left_out": {drop.value: getattr(named.left_out, drop.value) for drop in Drop},
        "triangles": {
            **{kind: int(getattr(census, kind)) for kind in ("ppp", "ppm", "pmm", "mmm")},
            "balanced": int(census.balanced),
            "total": int(census.total),
        },
        "frustration": {
            "lower": found.lower,
            "upper": found.upper,
            "status": found.status,
            "index": list(found.index),
            "camps": [list(camp) for camp in named.groups(found.side)],
            "contradicted": [
                [*named.pair(k), float(graph.signs[k] * graph.weights[k])]
                for k in graph.frustrated(found.side).nonzero()[0].tolist()
            ],
        },
    }
    if graph.reading is not None:
        told["records"] = {
            part: getattr(graph.reading, part)
            for part in ("records", "merged", "contradictory", "dropped")
        }
    return told, found.certificate


def add_commands(commands: Any, say: Callable[[str], object]) -> None:
    """Add the command ``balance`` to the sub-parsers of a command line.

    Parameters
    ----------
    commands
        What ``ArgumentParser.add_subparsers`` gave.
    say : function
        Prints text.

    Raises
    ------
    InputError
        When the command is run with what it cannot take.

    Examples
    --------
    >>> parser = argparse.ArgumentParser()
    >>> add_commands(parser.add_subparsers(), print)
    >>> parser.parse_args(["balance", "ties.csv", "--drop", "loops,zeros"]).drop
    [<Drop.LOOPS: 'loops'>, <Drop.ZEROS: 'zeros'>]
    """
    asked = commands.add_parser(
        "balance", help="tell how far a signed network is from two camps, with proof"
    )
    asked.add_argument("file", help="ties (.csv, .tsv, .txt), .graphml, .net, .paj, .mat; or .gz")
    asked.add_argument(
        "--columns",
        metavar="U,V,SIGN",
        help="of a list of ties: the columns to read, by name, or by place from 0",
    )
    asked.add_argument(
        "--merge",
        metavar="NAME",
        choices=list(_RULES),
        default="refuse",
        help=f"what becomes of a pair told more than once: {', '.join(_RULES)}; by default refuse",
    )
    asked.add_argument(
        "--drop",
        metavar="A,B",
        type=_drops,
        default=[],
        help="leave out and count: loops, zeros, missing (signs); by default each is refused",
    )
    asked.add_argument(
        "--budget", metavar="SECONDS", type=_seconds, help="give bounds after so long"
    )
    asked.add_argument("--seed", metavar="N", type=_seed, default=0, help="of the search")
    asked.add_argument("--progress", action="store_true", help="show the bounds as they close")
    proof = asked.add_mutually_exclusive_group()
    proof.add_argument("--certificate", metavar="PATH", help="save the proof of both bounds there")
    proof.add_argument(
        "--check", metavar="PATH", help="solve nothing: does this proof hold for the network?"
    )
    asked.add_argument("--json", action="store_true", help="the same content as JSON, all names")
    asked.set_defaults(run=lambda given: _balance(given, say))


def _drops(text: str) -> list[Drop]:
    known = {drop.value: drop for drop in Drop}
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(known)}")
    return [known[name] for name in names]


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return value


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0")
    return int(text)


def _read(asked: argparse.Namespace) -> NamedGraph:
    rule = _RULES[asked.merge]
    if asked.columns is None:
        return networks.read(asked.file, merge=rule, drop=asked.drop)
    names = [name.strip() for name in asked.columns.split(",")]
    places = [int(name) for name in names if name.isascii() and name.isdigit()]
    columns = places if len(places) == len(names) else names
    return networks.read_edges(asked.file, columns=columns, merge=rule, drop=asked.drop)


def _balance(asked: argparse.Namespace, say: Callable[[str], object]) -> int:
    named = _read(asked)
    if asked.check:
        return _check(named, asked, say)
    told, certificate = content(named, budget=asked.budget, rng=asked.seed, progress=asked.progress)
    if asked.certificate:
        place = Path(asked.certificate)
        try:
            certificate.save(place)
        except OSError as error:
            raise InputError(f"{place}: {error.strerror or error}") from None
    told = {"file": asked.file, "merge": asked.merge, "seed": asked.seed, **told}
    if asked.json:
        say(json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
        return 0
    lines = [*_lines(told, asked)]
    if asked.certificate:
        lines.append(f"The proof is in {asked.certificate}; check it with --check.")
    say("\n".join(lines) + "\n")
    return 0


def _check(named: NamedGraph, asked: argparse.Namespace, say: Callable[[str], object]) -> int:
    certificate = partition.Certificate.load(asked.check)
    problems = [str(problem) for problem in certificate.problems(named.graph)]
    bounds = {"lower": float(certificate.lower), "upper": float(certificate.upper)}
    if asked.json:
        told = {"file": asked.file, "certificate": asked.check, **bounds, "problems": problems}
        say(json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    elif problems:
        say("".join(f"{asked.check}: {problem}\n" for problem in problems))
    else:
        say(
            f"{asked.check}: proved for {asked.file}, in whole numbers: any two camps contradict "
            f"at least {bounds['lower']:g} of weight {named.graph.total_weight:g}, and there are "
            f"two that contradict {bounds['upper']:g}\n"
        )
    return 1 if problems else 0


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _amount(number: float) -> str:
    return f"{number:,}" if number < _PLAIN else f"{float(number):.6g}"


def _lines(told: dict[str, Any], asked: argparse.Namespace) -> Sequence[str]:
    title = f"Balance of {Path(asked.file).name}"
    is_unit = told["weight"] == told["ties"]
    whole = "too large to tell" if told["weight"] is None else f"{told['weight']:g}"
    weight = "" if is_unit else f", of weight {whole}"
    lines = [
        title,
        "=" * len(title),
        "",
        f"{told['vertices']:,} vert{'ex' if told['vertices'] == 1 else 'ices'}, "
        f"{_many(told['ties'], 'tie')}, {told['negative']:,} of them negative{weight}; "
        f"{_many(told['components'], 'component')}.",
    ]
    records = told["records"]
    if records and (records["merged"] or records["dropped"]):
        lines.append(
            f"Read from {_many(records['records'], 'record')} by the rule {asked.merge}: "
            f"{_many(records['merged'], 'pair')} told more than once, "
            f"{records['contradictory']:,} of them with both signs; {records['dropped']:,} left "
            "without a tie."
        )
    dropped = [f"{number:,} {what}" for what, number in told["left_out"].items() if number]
    if dropped:
        lines.append(f"Left out as asked: {', '.join(dropped)}.")
    triangles = told["triangles"]
    if triangles["total"]:
        share = triangles["balanced"] / triangles["total"]
        lines.append(
            f"Triangles: {triangles['total']:,}, of which {share:.1%} balanced (+++ "
            f"{triangles['ppp']:,}, ++- {triangles['ppm']:,}, +-- {triangles['pmm']:,}, --- "
            f"{triangles['mmm']:,})."
        )
    else:
        lines.append("Triangles: none.")
    found = told["frustration"]
    low, high = found["lower"], found["upper"]
    bounds = _amount(high) if low == high else f"between {_amount(low)} and {_amount(high)}"
    what = "fewest ties" if is_unit else "least weight of ties"
    index = " to ".join(dict.fromkeys(f"{end:.4f}" for end in found["index"]))
    lines += [
        f"Frustration: {bounds} ({found['status']}): the {what} that any two camps "
        f"contradict. Consistency index {index}.",
        "",
        "Camps (there may be others as good):",
    ]
    for camp in found["camps"]:
        more = f" and {len(camp) - _SHOWN:,} more" if len(camp) > _SHOWN else ""
        lines.append(f"  {len(camp):,}: {', '.join(camp[:_SHOWN])}{more}")
    if not found["camps"]:
        lines.append("  none")
    return lines
