"""The scenario commands of the command line: what-if and pivots, as text, JSON and HTML."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from stancekit.errors import InputError
from stancekit.io import scenarios as files
from stancekit.records.dossier import Dossier
from stancekit.records.fields import number
from stancekit.records.stance import Absence
from stancekit.report import Brief, Section, last_day
from stancekit.scenarios import (
    Difference,
    Scenario,
    SingleChange,
    SingleChanges,
    single_changes,
)

__all__ = ["add_commands"]

Load = Callable[[str], Dossier]
Say = Callable[[str], object]


def add_commands(commands: Any, load: Load, say: Say) -> None:
    """Add ``what-if`` and ``pivots`` to the sub-parsers of a command line.

    Parameters
    ----------
    commands
        What ``ArgumentParser.add_subparsers`` gave. Each command sets ``run``, a function of
        the parsed arguments that returns an exit code.
    load : function
        Finds a dossier by its name or path.
    say : function
        Prints text.

    Raises
    ------
    InputError, UnknownNameError
        When a command is run with what it cannot take.

    Examples
    --------
    >>> from stancekit.datasets import load
    >>> parser = argparse.ArgumentParser()
    >>> add_commands(parser.add_subparsers(), load, print)
    >>> asked = parser.parse_args(["pivots", "venezuela-2019", "--at", "2019-02-30"])
    >>> asked.run(asked)
    Traceback (most recent call last):
        ...
    stancekit.errors.InputError: '2019-02-30' is not a date: 2019-02 has no day 30; ...
    """
    what_if = commands.add_parser("what-if", help="tell what a change of stance would change")
    _about(what_if)
    for option, what, shown in (
        ("set", "let A hold a value, a degree or an absence toward B", "A:B=VALUE[@CHANNEL]"),
        ("withdraw", "let A withdraw its stance toward B", "A:B[@CHANNEL]"),
        ("join", "let A join the bloc B", "A:B"),
        ("leave", "let A leave the bloc B", "A:B"),
    ):
        what_if.add_argument(
            f"--{option}",
            dest="changes",
            action="append",
            metavar=shown,
            type=_marked(option),
            help=what,
        )
    what_if.add_argument("--scenario", metavar="PATH", help="begin with a scenario from a file")
    what_if.add_argument("--name", default="", help="what to call it")
    _form(what_if)
    what_if.set_defaults(run=lambda asked: _what_if(asked, load, say))

    pivots = commands.add_parser("pivots", help="rank all single changes of stance by effect")
    _about(pivots)
    pivots.add_argument("--weight", default="", help="also rank by shares of this weight")
    pivots.add_argument("--toward", metavar="A,B", help="only changes toward these")
    pivots.add_argument("--actors", metavar="A,B", help="only changes by these")
    pivots.add_argument(
        "--values", metavar="X,Y", help="what a stance may become, as --values=-1,0"
    )
    pivots.add_argument(
        "--line", metavar="SHARE", help="who takes a share across this, such as 2/3"
    )
    pivots.add_argument("--top", metavar="N", default="10", help="how many to show; by default 10")
    _form(pivots)
    pivots.set_defaults(run=lambda asked: _pivots(asked, load, say))


def _about(parser: Any) -> None:
    parser.add_argument("dossier", help="the name of a shipped dossier, or a path to one's own")
    parser.add_argument("--at", metavar="DATE", help="the day; by default that of the last record")
    parser.add_argument("--channels", metavar="A,B", help="listen to these channels, in order")


def _form(parser: Any) -> None:
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="the same content as JSON")
    form.add_argument("--html", action="store_true", help="the same content as one HTML page")


def _marked(option: str) -> Callable[[str], tuple[str, str]]:
    return lambda text: (option, text)


def _written(made: Brief, asked: argparse.Namespace, say: Say) -> int:
    say(made.json() if asked.json else made.html() if asked.html else made.text())
    return 0


def _options(asked: argparse.Namespace) -> dict[str, Any]:
    return {"channels": _listed(asked.channels)} if asked.channels else {}


def _listed(text: str) -> list[str]:
    return [part for part in text.replace(" ", "").split(",") if part]


# -- what-if ---------------------------------------------------------------------------------


_ARROW = re.compile(r"(?P<actor>[^:=@]+):(?P<toward>[^:=@]+)(?:=(?P<value>[^@]+))?(?:@(?P<at>.+))?")


def _what_if(asked: argparse.Namespace, load: Load, say: Say) -> int:
    dossier = load(asked.dossier)
    scenario = files.read(asked.scenario) if asked.scenario else Scenario()
    options = _options(asked)
    channel = options.get("channels", ["recognition"])[0]
    for option, text in asked.changes or ():
        scenario = _with(scenario, option, text, channel)
    if not scenario.changes:
        raise InputError("what if what? give --set A:B=VALUE, --withdraw A:B or --scenario PATH")
    day = asked.at or scenario.day or last_day(dossier)
    scenario = scenario if scenario.day else scenario.on(day)
    name = asked.name or scenario.name or "; ".join(str(change) for change in scenario.changes)
    scenario = Scenario(name, scenario.changes, scenario.day)
    return _written(_told(dossier, scenario.difference(dossier, day, **options)), asked, say)


def _with(scenario: Scenario, option: str, text: str, channel: str) -> Scenario:
    """Add one change that was asked for on the command line."""
    found = _ARROW.fullmatch(text)
    wants = "A:B=VALUE, with @CHANNEL behind it if need be" if option == "set" else "A:B"
    if found is None or (found["value"] is None) == (option == "set"):
        raise InputError(f"--{option} {text}: accepted is --{option} {wants}")
    pair = found["actor"].strip(), found["toward"].strip()
    if option in ("join", "leave"):
        if found["at"]:
            raise InputError(f"--{option} {text}: a membership has no channel")
        return scenario.enter(*pair) if option == "join" else scenario.leave(*pair)
    where = found["at"] or channel
    if option == "withdraw":
        return scenario.withdraw(*pair, channel=where)
    return scenario.set(*pair, _stance(found["value"].strip()), channel=where)


def _stance(text: str) -> float | str | Absence:
    """A number, an absence, or else a degree of the ladder."""
    if re.fullmatch(r"[+-]?[\d.]+(e.*)?", text):
        return number(text, -1, 1, "value")
    return Absence(text) if text in tuple(Absence) else text


def _told(dossier: Dossier, found: Difference) -> Brief:
    """A difference as a brief."""
    title = f"{found.name}: what would be different on {found.date}"
    lines = found.lines()
    proof = found.after.certificate.proves(found.after.bridge.graph)
    notes = (
        f"{len(found.after.bridge.names)} names, {found.after.observations} ties; the bounds of "
        f"the index after it are {'proved by a certificate' if proof else 'not proved'}.",
    )
    return Brief(
        title,
        (Section("What is different", points=lines), Section("How it was found", notes)),
        {"dossier": dossier.code, "fingerprint": dossier.fingerprint, **found.content()},
    )


# -- pivots ----------------------------------------------------------------------------------


def _pivots(asked: argparse.Namespace, load: Load, say: Say) -> int:
    dossier = load(asked.dossier)
    held: dict[str, Any] = _options(asked)
    if asked.toward:
        held["toward"] = _listed(asked.toward)
    if asked.actors:
        held["may_move"] = _listed(asked.actors)
    if asked.values:
        held["values"] = [number(part, -1, 1, "values") for part in _listed(asked.values)]
    if not re.fullmatch(r"\d{1,6}", asked.top, re.ASCII):
        raise InputError(f"--top {asked.top}: accepted is a whole number")
    line = _line(asked.line, asked.weight)
    day = asked.at or last_day(dossier)
    found = single_changes(dossier, day, weight=asked.weight, **held)
    return _written(_ranked(dossier, found, int(asked.top), line), asked, say)


def _line(text: str | None, weight: str) -> Fraction | None:
    if text is None:
        return None
    if not weight:
        raise InputError(f"--line {text} is a share of a weight; say of which with --weight")
    try:
        line = Fraction(text)
    except (ValueError, ZeroDivisionError):
        line = Fraction(-1)
    if not 0 <= line <= 1:
        raise InputError(f"--line {text}: accepted is a share in [0, 1], such as 2/3 or 0.5")
    return line


def _ranked(dossier: Dossier, found: SingleChanges, top: int, line: Fraction | None) -> Brief:
    """Single changes as a brief."""
    low, high = found.index
    index = f"{low:.4f}" if low == high else f"{low:.4f} to {high:.4f}"
    certified = sum(change.is_certified for change in found)
    rankings: list[tuple[str, list[SingleChange], Callable[[SingleChange], str]]] = [
        (
            "Pivotal for consistency",
            [c for c in found.by_consistency() if any(c.rise)][:top],
            lambda c: f"{c}, {_signed(c.rise)}",
        ),
        (
            "Pivotal for the camps",
            [c for c in found.by_camps() if c.moved][:top],
            lambda c: f"{_arrow(c)}: {', '.join(c.moved)} in another camp",
        ),
    ]
    if found.weight:
        rankings.append(
            (
                f"Pivotal for the coalitions by {found.weight}",
                [c for c in found.by_share() if c.share[0] != c.share[1]][:top],
                lambda c: f"{_arrow(c)}: {c.share[0]:.1%} -> {c.share[1]:.1%} for {c.toward}",
            )
        )
    if line is not None:
        rankings.append(
            (
                f"Across the line of {line}",
                list(found.crossing(line)),
                lambda c: f"{_arrow(c)}: {c.share[0]:.1%} -> {c.share[1]:.1%} for {c.toward}",
            )
        )
    sections = [
        Section(name, () if some else ("None.",), tuple(tell(c) for c in some))
        for name, some, tell in rankings
    ]
    note = (
        f"Index of consistency {index} as it stands. Each of {len(found)} single changes was "
        f"worked out, {certified} with a certificate; {found.solves} graphs had to be solved.",
    )
    return Brief(
        f"{dossier.title or dossier.code}: who was pivotal on {found.date}",
        (Section("All single changes", note), *sections),
        {
            "dossier": dossier.code,
            "fingerprint": dossier.fingerprint,
            "date": found.date.isoformat(),
            "weight": found.weight,
            "frustration": [found.lower, found.upper],
            "index": list(found.index),
            "changes": [_row(change) for change in found],
        },
    )


def _arrow(change: SingleChange) -> str:
    was = "none" if change.before != change.before else f"{change.before:+g}"
    return f"{change.actor} -> {change.toward}, {was} -> {change.after:+g}"


def _signed(rise: Sequence[float]) -> str:
    low, high = rise
    return f"{low:+.4f}" if low == high else f"{low:+.4f} to {high:+.4f}"


def _row(change: SingleChange) -> dict[str, Any]:
    return {
        "actor": change.actor,
        "toward": change.toward,
        "before": change.before,
        "after": change.after,
        "frustration": [change.lower, change.upper],
        "index": list(change.index),
        "is_certified": change.is_certified,
        "moved": list(change.moved),
        "share": list(change.share),
    }
