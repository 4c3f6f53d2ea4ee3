"""The command line: report, datasets, check and show."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

from stancekit import datasets
from stancekit.errors import InputError, StancekitError, UnknownNameError
from stancekit.io import tables
from stancekit.records import policies
from stancekit.records.dossier import Dossier
from stancekit.records.entries import Entry
from stancekit.records.gazetteer import Gazetteer
from stancekit.records.model import Actor, Claimant
from stancekit.records.stance import Stance
from stancekit.report import brief

__all__ = ["main"]

_POLICIES = {
    policy.__name__: policy
    for policy in (
        policies.latest,
        policies.most_certain,
        policies.most_precise,
        policies.consensus,
        policies.cautious,
    )
}
_BLOC_RULES = {
    rule.__name__: rule
    for rule in (policies.own, policies.binds, policies.majority, policies.unanimity)
}


def _dossier(name: str) -> Dossier:
    """A shipped dossier by its name, or one's own by its path."""
    if name in datasets.names():
        return datasets.load(name)
    if Path(name).exists():
        return tables.read(name)
    try:
        return datasets.load(name)
    except UnknownNameError as error:
        raise InputError(f"{error}; and there is no file or folder {name!r} either") from None


def _report(asked: argparse.Namespace) -> int:
    made = brief(
        _dossier(asked.dossier),
        asked.at,
        since=asked.since,
        channels=asked.channels.split(",") if asked.channels else None,
        policy=_POLICIES[asked.policy],
        bloc_rule=_BLOC_RULES[asked.bloc_rule],
    )
    sys.stdout.write(made.json() if asked.json else made.html() if asked.html else made.text())
    return 0


def _datasets(asked: argparse.Namespace) -> int:
    for name in datasets.names():
        dossier = datasets.load(name)
        print(
            f"{name}: {dossier.title} ({len(dossier.actors)} actors, "
            f"{len(dossier.claimants)} claimants, {len(dossier.stances)} stances)"
        )
    return 0


def _check(asked: argparse.Namespace) -> int:
    try:
        dossier, locate = tables.read_with_lines(asked.path)
    except InputError as error:
        print("\n".join(error.problems))
        print(f"{asked.path}: refused, faults: {len(error.problems)}")
        return 1
    problems = dossier.problems()
    for problem in problems:
        print(f"{locate(problem.table, problem.row)}: {problem.text}")
    print(f"{asked.path}: {dossier!r}, problems: {len(problems)}")
    return 1 if problems else 0


def _show(asked: argparse.Namespace) -> int:
    names = [asked.dossier] if asked.dossier else list(datasets.names())
    dossiers = [_dossier(name) for name in names]
    code, lines = _identify(asked.actor, dossiers)
    print("\n".join(lines))
    for dossier in dossiers:
        held = [s for s in dossier.stances if code in (s.actor, s.toward)]
        if not held:
            continue
        print(f"\n{dossier.title or dossier.code} [{dossier.code}]")
        for membership in dossier.memberships:
            if membership.member == code:
                print(f"  member of {membership.bloc}, {membership.span}")
        for stance in held:
            print(f"  {_told(stance)}")
    return 0


def _identify(asked: str, dossiers: Sequence[Dossier]) -> tuple[str, list[str]]:
    """The code that a name goes by in the dossiers, or in the gazetteer."""
    for dossier in dossiers:
        records: tuple[Actor | Claimant, ...] = (*dossier.actors, *dossier.claimants)
        for record in records:
            if asked in (record.code, record.name):
                lines = [f"{record.name} ({record.code})"]
                with contextlib.suppress(UnknownNameError):  # a slug of this dossier alone
                    lines += _codes(Gazetteer.standard().resolve(record.code))
                return record.code, lines
    entry = Gazetteer.standard().resolve(asked)
    return entry.code, [f"{entry.name} ({entry.code})", *_codes(entry)]


def _codes(entry: Entry) -> list[str]:
    held = {
        "ISO alpha-2": entry.iso2,
        "ISO alpha-3": entry.iso3,
        "COW": " ".join(str(part) for part in (entry.cow, entry.cow_abbreviation) if part),
        "Gleditsch-Ward": str(entry.gw or ""),
    }
    lines = [", ".join(f"{scheme} {code}" for scheme, code in held.items() if code)]
    lines += [f"also: {', '.join(entry.aliases)}"] if entry.aliases else []
    return [line for line in lines if line]


def _told(stance: Stance) -> str:
    since = f" since {stance.since}" if stance.since else ""
    until = f" until {stance.until}" if stance.until else ""
    behind = f" [{' > '.join(stance.evidence.chain)}]" if stance.evidence else ""
    by = f" (says {stance.claimed_by})" if stance.claimed_by else ""
    what = f"{stance.actor} -> {stance.toward}, {stance.channel}: {stance.position}"
    return f"{what}{since}{until}{by}{behind}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="stancekit", description="Who stands where when two rivals claim the same seat."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    report = commands.add_parser("report", help="print a brief on one day of a dossier")
    report.add_argument("dossier", help="the name of a shipped dossier, or a path to one's own")
    report.add_argument("--at", metavar="DATE", help="the day; by default that of the last record")
    report.add_argument("--since", metavar="DATE", help="also tell what changed since that day")
    report.add_argument("--channels", metavar="A,B", help="listen to these channels, in order")
    report.add_argument("--policy", choices=_POLICIES, default="latest", help="between sources")
    report.add_argument("--bloc-rule", choices=_BLOC_RULES, default="own", help="blocs, members")
    form = report.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="the same content as JSON")
    form.add_argument("--html", action="store_true", help="the same content as one HTML page")
    report.set_defaults(run=_report)

    listed = commands.add_parser("datasets", help="list the dossiers that ship with stancekit")
    listed.set_defaults(run=_datasets)

    check = commands.add_parser("check", help="validate a dossier, all problems with file and line")
    check.add_argument("path", help="a folder of CSV files, or a .json file")
    check.set_defaults(run=_check)

    show = commands.add_parser("show", help="tell all that is on record about an actor")
    show.add_argument("actor", help="a code or a name")
    show.add_argument("--dossier", help="only in this dossier; by default in all that ship")
    show.set_defaults(run=_show)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns
    -------
    int
        0; 1 where ``check`` found problems; 2 where the input cannot be taken.

    >>> main(["report", "venezuela-2019", "--at", "2019-02-30"])
    2
    """
    asked = _parser().parse_args(arguments)
    try:
        code: int = asked.run(asked)
        return code
    except StancekitError as error:
        print(f"stancekit: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of our output, such as head, has gone
        sys.stderr.close()
        return 0


if __name__ == "__main__":
    sys.exit(main())
