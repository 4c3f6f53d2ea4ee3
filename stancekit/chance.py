"""Where chance comes from: a seed or a generator that the caller gives, checked in one place."""

from __future__ import annotations

from typing import Any

import numpy as np

from stancekit.errors import InputError

__all__ = ["generator_of", "seed_of"]


def generator_of(rng: Any) -> np.random.Generator:
    """The generator that a seed stands for; one that is given is used as it is.

    Parameters
    ----------
    rng : int or numpy.random.Generator
        A seed from 0, or a generator, which is moved on by what draws from it.

    Raises
    ------
    InputError
        If it is neither: there is no draw that nobody could repeat.

    Examples
    --------
    >>> float(generator_of(7).random()) == float(np.random.default_rng(7).random())
    True
    """
    return rng if isinstance(rng, np.random.Generator) else np.random.default_rng(seed_of(rng))


def seed_of(rng: Any) -> int:
    """A seed, checked.

    Raises
    ------
    InputError
        If it is no whole number from 0.

    Examples
    --------
    >>> seed_of(np.int64(7))
    7
    """
    if isinstance(rng, bool) or not isinstance(rng, int | np.integer) or rng < 0:
        raise InputError(
            f"rng={rng!r}; accepted are a whole number from 0 and a numpy.random.Generator"
        )
    return int(rng)
