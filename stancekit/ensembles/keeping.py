"""The partial file of a run: append-only lines, so that finished worlds outlive the run."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from stancekit.ensembles.answers import Answer, Entry
from stancekit.errors import InputError

__all__ = ["Keeper"]

_HEAD = "stancekit ensemble"
_MARK = b'{"file": "stancekit ensemble"'


class Keeper:
    """Holds the partial file of one run.

    The first line says of which run it is; each other line is one finished world. A last
    line that was cut off is dropped; any other line that cannot be read is refused.

    Parameters
    ----------
    path : str or path
    run : mapping
        What makes the run: kind, dossier, measure, options. Its hash is the fingerprint.

    Raises
    ------
    InputError
        If the file is of another run, or is no partial file.
    """

    def __init__(self, path: str | os.PathLike[str], run: Mapping[str, Any]) -> None:
        self.path = Path(path)
        self._run = dict(run)
        self.fingerprint = hashlib.sha256(
            json.dumps(self._run, sort_keys=True, ensure_ascii=True).encode()
        ).hexdigest()
        self._file: IO[bytes] | None = None

    def finished(self) -> Iterator[tuple[str, Answer]]:
        """Read the worlds that the file holds, and open it for more."""
        whole = 0
        if self.path.exists() and self.path.stat().st_size:
            with self.path.open("rb") as file:
                for number, line in enumerate(file, start=1):
                    if not line.endswith(b"\n"):
                        if number == 1 and not _MARK.startswith(line[: len(_MARK)]):
                            self._same_run(line)
                        break  # torn: the run ended while it was written
                    whole += len(line)
                    if number == 1:
                        self._same_run(line)
                        continue
                    yield self._world(line, number)
        self._file = self.path.open("r+b" if whole else "wb")
        self._file.truncate(whole)
        self._file.seek(whole)
        if not whole:
            head = {"file": _HEAD, "fingerprint": self.fingerprint, "run": self._run}
            self._write(head)

    def _same_run(self, line: bytes) -> None:
        try:
            head = json.loads(line)
            known = head["file"] == _HEAD
        except (ValueError, KeyError, TypeError):
            known = False
        if not known:
            raise InputError(f"{self.path} is no partial file of an ensemble; give another path")
        if head.get("fingerprint") != self.fingerprint:
            held = head.get("run", {})
            odd = [key for key in {**self._run, **held} if self._run.get(key) != held.get(key)]
            key = odd[0] if odd else "fingerprint"
            raise InputError(
                f"{self.path} is of another run: its {key} is {held.get(key)!r:.200}, this run's "
                f"is {self._run.get(key)!r:.200}; give another path, or remove the file"
            )

    def _world(self, line: bytes, number: int) -> tuple[str, Answer]:
        try:
            key, days = json.loads(line)
            return str(key), tuple(tuple(_entry(entry) for entry in day) for day in days)
        except (ValueError, TypeError):
            raise InputError(
                f"{self.path}, line {number}, is no finished world; remove the line or the file"
            ) from None

    def keep(self, key: str, answer: Answer) -> None:
        """Write one finished world."""
        days = [[(n, _plain(low), _plain(up), why) for n, low, up, why in day] for day in answer]
        self._write([key, days])

    def _write(self, held: Any) -> None:
        assert self._file is not None
        self._file.write(json.dumps(held, ensure_ascii=True, allow_nan=False).encode() + b"\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


def _plain(number: float) -> float | str | None:
    """A number as JSON has it; the shortest text that reads back as the same bits."""
    return number if math.isfinite(number) else None if math.isnan(number) else str(number)


def _entry(held: Any) -> Entry:
    name, low, high, why = held
    return (
        str(name),
        math.nan if low is None else float(low),
        math.nan if high is None else float(high),
        str(why),
    )
