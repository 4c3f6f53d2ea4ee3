"""Columns of text, each held as its distinct values and a code a row; and numbers as text."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from stancekit.arrays import array_key, read_only, rebuilt

__all__ = ["Column", "Encoder", "number_text"]


class Encoder(dict[str, int]):
    """Numbers texts in the order in which they first come.

    >>> encoder = Encoder()
    >>> [encoder[text] for text in ("USA", "DNK", "USA")]
    [0, 1, 0]
    """

    def __missing__(self, text: str) -> int:
        code = self[text] = len(self)
        return code

    def codes(self, texts: Iterable[str]) -> NDArray[np.int32]:
        """Give the number of every text."""
        return np.fromiter(map(self.__getitem__, texts), dtype=np.int32)


@frozen
class Column:
    """One column of text, held as its distinct values and, for every row, which one.

    >>> column = Column.of(["USA", "DNK", "USA"])
    >>> column.values, column.codes.tolist()
    (('USA', 'DNK'), [0, 1, 0])
    """

    values: tuple[str, ...]
    codes: NDArray[np.int32] = field(converter=read_only, eq=array_key)

    __reduce__ = rebuilt

    @classmethod
    def of(cls, texts: Iterable[str]) -> Column:
        """Encode the texts of a column."""
        encoder = Encoder()
        codes = encoder.codes(texts)
        return cls(tuple(encoder), codes)

    def texts(self) -> list[str]:
        """Give the text of every row."""
        return [self.values[code] for code in self.codes.tolist()]

    def followed_by(self, texts: Iterable[str]) -> Column:
        """Make the column that goes on with these texts.

        >>> Column.of(["USA", "DNK"]).followed_by(["USA"]).codes.tolist()
        [0, 1, 0]
        """
        encoder = Encoder((text, place) for place, text in enumerate(self.values))
        codes = np.concatenate([self.codes, encoder.codes(texts)])
        return Column(tuple(encoder), codes)


def number_text(value: float) -> str:
    """The plainest text that reads back as the same number."""
    whole = abs(value) < 1e16 and value == int(value)
    return str(int(value)) if whole else repr(float(value))
