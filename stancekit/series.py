"""The command ``stancekit series``: recognition over time as text, JSON and HTML."""

from __future__ import annotations

import argparse
import datetime
import html
import json
import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np

from stancekit.ensembles import Draws, Series, change_days, months, over_dates, over_draws
from stancekit.errors import InputError, UnknownNameError, nearest
from stancekit.measures import coalitions
from stancekit.records.dossier import Dossier
from stancekit.records.snapshot import Snapshot

__all__ = ["add_commands", "positions"]


def positions(world: Snapshot, *, contest: str, weight: str = "") -> dict[str, Any]:
    """How many recognise and how many back each claimant of a contest; by weight if one is named.

    Examples
    --------
    >>> from stancekit.records.model import Claimant, Contest
    >>> world = Dossier("case", contests=[Contest("seat")],
    ...     claimants=[Claimant("a", "seat"), Claimant("b", "seat")]).at("2019-04-30")
    >>> positions(world, contest="seat")
    {'a recognised': 0, 'a backed': 0, 'b recognised': 0, 'b backed': 0}
    """
    recognised = coalitions.recognition(world, contest)
    backed = coalitions.support(world, contest)
    out: dict[str, Any] = {}
    for rival in world.rivals(contest):
        for word, found in (("recognised", recognised), ("backed", backed)):
            held: Any = len(found.get(rival, ()))
            if weight:
                held = found.shares(weight).get(rival, math.nan)
            out[f"{rival} {word}"] = held
    return out


def add_commands(
    commands: Any, load: Callable[[str], Dossier], say: Callable[[str], object]
) -> None:
    """Add the command ``series`` to the sub-parsers of a command line.

    Parameters
    ----------
    commands
        What ``ArgumentParser.add_subparsers`` gave.
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
    >>> parser.parse_args(["series", "venezuela-2019", "--step", "6"]).step
    6
    """
    series = commands.add_parser(
        "series", help="tell how recognition ran over time, and who moved it"
    )
    series.add_argument("dossier", help="the name of a shipped dossier, or a path to one's own")
    series.add_argument("--contest", help="which contest; by default the only one")
    series.add_argument("--since", metavar="DATE", help="first day; by default of two claims")
    series.add_argument("--until", metavar="DATE", help="last day; by default of two claims")
    series.add_argument(
        "--step",
        metavar="MONTHS",
        type=_whole,
        help="one day in every so many months; by default every day of change",
    )
    series.add_argument("--weight", metavar="NAME", default="", help="shares by this weight")
    series.add_argument(
        "--draws", metavar="N", type=_whole, help="with bands from so many draws of what is unsure"
    )
    series.add_argument("--seed", metavar="N", type=int, default=0, help="of the draws")
    series.add_argument("--progress", action="store_true", help="show a bar")
    form = series.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="the same content as JSON")
    form.add_argument("--html", action="store_true", help="the same content as one HTML page")
    series.set_defaults(run=lambda asked: _series(asked, load, say))


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1")
    return int(text)


def _series(
    asked: argparse.Namespace, load: Callable[[str], Dossier], say: Callable[[str], object]
) -> int:
    dossier = load(asked.dossier)
    contest = _contest(dossier, asked.contest)
    names = sorted({weight.name for weight in dossier.weights})
    if asked.weight and asked.weight not in names:
        raise UnknownNameError("weight", asked.weight, nearest(asked.weight, names) or names)
    measure = partial(positions, contest=contest, weight=asked.weight)
    first, last = _two_alive(dossier, contest)
    dates = _dates(dossier, asked.since or first, asked.until or last, asked.step)
    found = over_dates(dossier, measure, dates, progress=asked.progress)
    draws = None
    if asked.draws and dates:
        draws = over_draws(
            dossier, measure, dates, asked.draws, rng=asked.seed, progress=asked.progress
        )
    rows = _rows(found, draws)
    title = f"{dossier.title or dossier.code}: recognition over time"
    if asked.json:
        head = {
            "dossier": dossier.code,
            "fingerprint": dossier.fingerprint,
            "contest": contest,
            "weight": asked.weight or None,
            "draws": asked.draws,
            "seed": asked.seed if asked.draws else None,
        }
        text = json.dumps({**head, "rows": rows}, ensure_ascii=False, indent=1, allow_nan=False)
        say(text + "\n")
    elif asked.html:
        say(_page(title, found, rows, asked))
    else:
        say("\n".join(_lines(title, found, rows, asked)) + "\n")
    return 0


def _contest(dossier: Dossier, asked: str | None) -> str:
    codes = [contest.code for contest in dossier.contests]
    if asked is None and len(codes) == 1:
        return codes[0]
    if asked is None:
        raise InputError(
            f"the dossier {dossier.code!r} has {len(codes)} contests; say which with --contest: "
            + ", ".join(codes)
        )
    if asked not in codes:
        raise UnknownNameError("contest", asked, nearest(asked, codes) or codes[:5])
    return asked


def _two_alive(dossier: Dossier, contest: str) -> tuple[str | None, str | None]:
    """First and last day on which two claims of a contest may be alive; None where open."""
    claims = [claimant for claimant in dossier.claimants if claimant.contest == contest]
    begun = sorted((c.since.earliest if c.since else None) or datetime.date.min for c in claims)
    ended = sorted((c.until.latest if c.until else None) or datetime.date.max for c in claims)
    first, last = (
        (begun[1], ended[-2]) if len(claims) > 1 else (datetime.date.min, datetime.date.max)
    )
    return (
        first.isoformat() if first > datetime.date.min else None,
        last.isoformat() if last < datetime.date.max else None,
    )


def _dates(
    dossier: Dossier, since: str | None, until: str | None, step: int | None
) -> tuple[datetime.date, ...]:
    if step is None:
        return change_days(dossier, since, until)
    days = () if since and until else change_days(dossier)
    if not (since and until) and not days:
        raise InputError(f"nothing in {dossier.code!r} has a date; give --since and --until")
    return months(since or _month(days[0]), until or _month(days[-1]), step=step)


def _month(day: datetime.date) -> str:
    return day.isoformat()[:7]


def _rows(found: Series, draws: Draws | None) -> list[dict[str, Any]]:
    """One row a date, as plain values."""
    ends = None if draws is None else draws.quantiles([0.05, 0.95])
    rows = []
    for d, date in enumerate(found.dates):
        held: dict[str, Any] = {}
        for k, name in enumerate(found.names):
            one = {"lower": _plain(found.lower[d, k]), "upper": _plain(found.upper[d, k])}
            if ends is not None and draws is not None and name in draws.names:
                there = draws.names.index(name)
                one["q0.05"] = _plain(ends[0, d, there, 0])
                one["q0.95"] = _plain(ends[1, d, there, 1])
            held[name] = one
        moved = found.moves[d]
        rows.append(
            {
                "date": date.isoformat(),
                "values": held,
                "moved": [str(move) for move in moved.cells],
                "joined": [list(pair) for pair in moved.joined],
                "left": [list(pair) for pair in moved.left],
                "weights": list(moved.weights),
            }
        )
    return rows


def _plain(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None


def _cell(one: dict[str, Any], is_share: bool) -> str:
    def text(number: float | None) -> str:
        if number is None:
            return "-"
        return f"{number:.1%}" if is_share else f"{number:g}"

    shown = text(one["lower"])
    if one["lower"] != one["upper"]:
        shown += f" to {text(one['upper'])}"
    if "q0.05" in one:
        shown += f" ({text(one['q0.05'])} to {text(one['q0.95'])})"
    return shown


def _moved(row: dict[str, Any], most: int) -> str:
    """Who moved, the first few."""
    who = list(dict.fromkeys(move.split(" -> ")[0] for move in row["moved"]))
    more = f" and {len(who) - most} more" if len(who) > most else ""
    return " ".join(who[:most]) + more


def _notes(asked: argparse.Namespace) -> list[str]:
    notes = ["Exact at each date; nothing in between is interpolated."]
    if asked.draws:
        notes.append(
            f"In brackets: the middle 90% of {asked.draws} draws, seed {asked.seed}. In a draw "
            "each record holds with its confidence, records of one origin together; partial dates "
            "are days of their span, weights normal by their standard errors."
        )
    return notes


def _lines(
    title: str, found: Series, rows: Sequence[dict[str, Any]], asked: argparse.Namespace
) -> Iterable[str]:
    yield from (title, "=" * len(title), "", *_notes(asked), "")
    cells = [["date", *found.names, "moved by"]]
    for row in rows:
        held = [_cell(row["values"][name], bool(asked.weight)) for name in found.names]
        cells.append([row["date"], *held, _moved(row, 5)])
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        padded = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        yield "  ".join(padded).rstrip()
    if not rows:
        yield "No date."


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;font-size:.9rem}"
    "th,td{text-align:left;padding:.2rem .8rem .2rem 0;border-bottom:1px solid #ddd;"
    "vertical-align:top}"
)


def _page(
    title: str, found: Series, rows: Sequence[dict[str, Any]], asked: argparse.Namespace
) -> str:
    heads = "".join(f"<th>{html.escape(name)}</th>" for name in (*found.names, "what moved"))
    body = []
    for row in rows:
        held = "".join(
            f"<td>{html.escape(_cell(row['values'][name], bool(asked.weight)))}</td>"
            for name in found.names
        )
        moved = "".join(f"<li>{html.escape(move)}</li>" for move in row["moved"])
        if moved:
            count = len(row["moved"])
            moved = (
                f"<details><summary>{html.escape(_moved(row, 5))} ({count})</summary>"
                f"<ul>{moved}</ul></details>"
            )
        body.append(f"<tr><th>{row['date']}</th>{held}<td>{moved}</td></tr>")
    notes = "".join(f"<p>{html.escape(note)}</p>" for note in _notes(asked))
    lines = "\n".join(body)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"/>'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><h1>{html.escape(title)}</h1>{notes}<table><thead><tr><th>date</th>{heads}</tr>"
        f"</thead><tbody>\n{lines}\n</tbody></table></body></html>\n"
    )
