"""Text files of networks, plain or compressed with gzip: read line by line, written whole."""

from __future__ import annotations

import contextlib
import gzip
import io
import itertools
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TextIO

from stancekit.errors import InputError
from stancekit.io.files import Writer, put_in_place

__all__ = ["blocks_of", "lines_of", "opened", "written"]

#: No line is longer: room for a row of a matrix, but a file without line ends is refused.
LONGEST_LINE = 1_000_000

_BLOCK = 2**16
_MAGIC = b"\x1f\x8b"  # of gzip, whatever the file is called


@contextlib.contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Open a file as bytes, decompressed if need be; what fails is an `InputError`."""
    place = Path(path)
    try:
        with place.open("rb") as handle:
            if handle.peek(2)[:2] == _MAGIC:
                with gzip.open(handle) as inside:
                    yield inside  # type: ignore[misc]
            else:
                yield handle
    except FileNotFoundError:
        raise InputError(f"{place}: there is no such file") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(f"{place}: the compressed file is damaged: {error}") from None
    except OSError as error:
        raise InputError(f"{place}: {error.strerror or error}") from None


def blocks_of(path: str | os.PathLike[str]) -> Iterator[list[str]]:
    """The lines of a UTF-8 file, some thousand at a time and without their ends."""
    try:
        with opened(path) as raw, io.TextIOWrapper(raw, encoding="utf-8-sig") as handle:
            number, rest = 1, ""
            while text := handle.read(_BLOCK):
                *lines, rest = (rest + text).split("\n")
                number += len(lines)
                if len(rest) > LONGEST_LINE:
                    raise InputError(
                        f"{path}, line {number}: the line is longer than {LONGEST_LINE} signs"
                    )
                yield lines
            yield [rest] if rest else []
    except UnicodeDecodeError:
        raise InputError(
            f"{path}, line {_undecodable(path)}: this is not UTF-8; save the file as UTF-8"
        ) from None


def lines_of(path: str | os.PathLike[str]) -> Iterator[str]:
    """The lines of a UTF-8 file, without their ends."""
    return itertools.chain.from_iterable(blocks_of(path))


def _undecodable(path: str | os.PathLike[str]) -> int:
    """The first line that cannot be decoded; the wrapper had read ahead of the line it gave."""
    with opened(path) as raw:
        for number, line in enumerate(raw, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 0


def written(path: str | os.PathLike[str], put: Writer) -> None:
    """Write a file, compressed if it is called ``.gz``; it is replaced when all is there."""
    place = Path(path)

    def compressed(handle: TextIO) -> None:
        raw = handle.buffer
        with (
            gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed,
            io.TextIOWrapper(packed, encoding="utf-8", newline="") as inside,
        ):
            put(inside)

    try:
        put_in_place({place: compressed if place.suffix.lower() == ".gz" else put})
    except OSError as error:
        raise InputError(f"{place}: {error.strerror or error}") from None
