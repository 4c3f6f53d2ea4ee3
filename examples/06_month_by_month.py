"""Recognition month by month, 2019 to 2023, with bands for what the records leave unsure."""

import stancekit as sk
from stancekit import ensembles, plot
from stancekit.errors import MissingExtraError
from stancekit.measures import coalitions

CONTEST = "venezuela-presidency"


def positions(world):
    """How many recognise Guaidó, and how many back Maduro."""
    return {
        "recognise Guaidó": len(coalitions.recognition(world, CONTEST)["guaido"]),
        "back Maduro": len(coalitions.support(world, CONTEST)["maduro"]),
    }


def recognise_guaido(world):
    return positions(world)["recognise Guaidó"]


# Worlds may run in other processes, which read this file again: hence the guard.
if __name__ == "__main__":
    dossier = sk.load("venezuela-2019")
    months = ensembles.months("2019-01", "2023-01", day=28)
    series = ensembles.over_dates(dossier, positions, months)

    # A band is what 90 of 100 draws come to: each record holds with its confidence, records of
    # one origin together; a date known to the month is one of its days.
    draws = ensembles.over_draws(dossier, positions, months[::4], 60, rng=1)
    low, high = draws.quantiles([0.05, 0.95])[..., 0]

    print("month    recognise Guaidó   back Maduro     whose stance changed")
    for d, month in enumerate(months):
        movers = series.moves[d].actors
        if d and not movers and month not in draws.dates:
            continue
        cells = [f"{series.lower[d, k]:3.0f}" for k in range(2)]
        for k in range(2):
            if month in draws.dates:
                b = draws.dates.index(month)
                cells[k] += f" ({low[b, k]:.0f} to {high[b, k]:.0f})"
        shown = " ".join(movers[:6]) + (" ..." if len(movers) > 6 else "")
        print(f"{month:%Y-%m}  {cells[0]:18} {cells[1]:16} {shown}".rstrip())

    # The day of the change itself: each move with the word that it rests on.
    print()
    turn = ensembles.over_dates(dossier, positions, ["2019-02-03", "2019-02-04"])
    for move in turn.moves[1].cells[:4]:
        print(move)

    # How much could it be, if all of whom nothing is known turned out to recognise Guaidó?
    world = dossier.at("2019-04-30")
    (most,) = ensembles.completion_bounds(world, recognise_guaido, rising=["guaido"])
    print()
    print(most)

    try:
        axes = plot.series(series, bands=draws, moves=True)
        axes.figure.savefig("recognition.svg")
    except MissingExtraError as missing:
        print(missing)
