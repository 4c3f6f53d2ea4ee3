"""The command line: report, datasets, check, show here; others hooked in from their own files."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from stancekit import balance, datasets, series, what_if
from stancekit.errors import InputError, StancekitError, UnknownNameError, nearest
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
    shipped = datasets.names()
    if name in shipped:
        return datasets.load(name)
    if Path(name).exists():
        return tables.read(name)
    raise UnknownNameError("dataset, file or folder", name, nearest(name, shipped) or shipped)


def _report(asked: argparse.Namespace) -> int:
    made = brief(
        _dossier(asked.dossier),
        asked.at,
        since=asked.since,
        channels=None if asked.channels is None else asked.channels.replace(" ", "").split(","),
        policy=_POLICIES[asked.policy],
        bloc_rule=_BLOC_RULES[asked.bloc_rule],
        doctrines=asked.doctrines,
    )
    _say(made.json() if asked.json else made.html() if asked.html else made.text())
    return 0


def _datasets(asked: argparse.Namespace) -> int:
    for name in datasets.names():
        dossier = datasets.load(name)
        _say(
            f"{name}: {dossier.title} ({len(dossier.actors)} actors, "
            f"{len(dossier.claimants)} claimants, {len(dossier.stances)} stances)\n"
        )
    return 0


def _check(asked: argparse.Namespace) -> int:
    path = Path(asked.path)
    if not path.exists():
        if asked.path not in datasets.names():
            raise InputError(
                f"{path}: there is no such file or folder; a dossier is a folder of CSV files "
                "or one .json file"
            )
        path = datasets.folder(asked.path)
    try:
        dossier, locate = tables.read_with_lines(path)
    except InputError as error:
        faults = "".join(f"{problem}\n" for problem in error.problems)
        _say(f"{faults}{path}: refused, {_many(len(error.problems), 'fault')}\n")
        return 1
    problems = dossier.problems()
    for problem in problems:
        _say(f"{locate(problem.table, problem.row)}: {problem.text}\n")
    _say(f"{path}: {dossier!r}, {_many(len(problems), 'problem')}\n")
    return 1 if problems else 0


def _many(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"


def _show(asked: argparse.Namespace) -> int:
    names = [asked.dossier] if asked.dossier else list(datasets.names())
    dossiers = [_dossier(name) for name in names]
    code, lines = _identify(asked.actor, dossiers)
    for dossier in dossiers:
        known = {a.code for a in dossier.actors} | {c.code for c in dossier.claimants}
        if code not in known:
            continue
        lines += ["", f"{dossier.title or dossier.code} [{dossier.code}]"]
        lines += [f"  claims in {c.contest}: {c.name}" for c in dossier.claimants if c.code == code]
        lines += [
            f"  member of {m.bloc}, {m.span}" for m in dossier.memberships if m.member == code
        ]
        members = sorted({m.member for m in dossier.memberships if m.bloc == code})
        lines += [f"  members at some time: {', '.join(members)}"] if members else []
        held = [s for s in dossier.stances if code in (s.actor, s.toward, s.claimed_by)]
        held.sort(key=lambda s: (s.actor != code, s.toward != code, s.toward, s.actor, _day(s)))
        lines += [f"  {_told(stance)}" for stance in held] or ["  no stance on record: unknown"]
    if len(lines) and not any(line.startswith("  ") for line in lines):
        lines.append(f"not in {' or '.join(dossier.code for dossier in dossiers)}")
    _say("\n".join(lines) + "\n")
    return 0


def _day(stance: Stance) -> str:
    last = stance.since and (stance.since.latest or stance.since.earliest)
    return last.isoformat() if last else ""


def _identify(asked: str, dossiers: Sequence[Dossier]) -> tuple[str, list[str]]:
    """The code that a name goes by in the dossiers, or in the gazetteer."""
    known: list[str] = []
    for dossier in dossiers:
        records: tuple[Actor | Claimant, ...] = (*dossier.actors, *dossier.claimants)
        for record in records:
            known += [record.code, record.name]
            if asked in (record.code, record.name):
                lines = [f"{record.name} ({record.code})"]
                with contextlib.suppress(UnknownNameError):  # a slug of this dossier alone
                    lines += _codes(Gazetteer.standard().resolve(record.code))
                return record.code, lines
    try:
        entry = Gazetteer.standard().resolve(asked)
    except UnknownNameError as error:
        close = dict.fromkeys((*nearest(asked, known), *error.suggestions))
        raise UnknownNameError("actor", asked, close) from None
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


def _say(text: str) -> None:
    """Print, in UTF-8 where the terminal's encoding has no sign for a name."""
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8"))


class _Parser(argparse.ArgumentParser):
    """Tells a fault as all others are told: in one sentence."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}; see {self.prog} --help")


def _choice(kind: str, names: Sequence[str]) -> type[str]:
    """A name out of a few; made a type, so that a wrong one gets suggestions."""

    def read(text: str) -> str:
        if text not in names:
            raise UnknownNameError(kind, text, nearest(text, names) or names)
        return text

    return read  # type: ignore[return-value]


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="stancekit", description="Who stands where when two rivals claim the same seat."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    report = commands.add_parser("report", help="print a brief on one day of a dossier")
    report.add_argument("dossier", help="the name of a shipped dossier, or a path to one's own")
    report.add_argument("--at", metavar="DATE", help="the day; by default that of the last record")
    report.add_argument("--since", metavar="DATE", help="also tell what changed since that day")
    report.add_argument("--channels", metavar="A,B", help="listen to these channels, in order")
    for option, what, named in (
        ("--policy", "which of several sources speaks", _POLICIES),
        ("--bloc-rule", "how blocs and members relate", _BLOC_RULES),
    ):
        names = list(named)
        report.add_argument(
            option,
            metavar="NAME",
            type=_choice(option.strip("-").replace("-", " "), names),
            default=names[0],
            help=f"{what}: {', '.join(names)}; by default {names[0]}",
        )
    report.add_argument(
        "--doctrines", action="store_true", help="also tell who follows a principle, who a camp"
    )
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

    what_if.add_commands(commands, _dossier, _say)
    series.add_commands(commands, _dossier, _say)
    balance.add_commands(commands, _say)
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
    try:
        asked = _parser().parse_args(arguments)
        code: int = asked.run(asked)
        sys.stdout.flush()
        return code
    except StancekitError as error:
        print(f"stancekit: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of our output, such as head, has gone
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # a file that may not be read
        print(f"stancekit: {error.filename or ''}: {error.strerror or error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
