"""Answers of any measure, made comparable: taken apart into plain values, and told apart."""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping, Sequence, Set
from typing import Any

import numpy as np
from attrs import fields, frozen, has
from numpy.typing import NDArray

from stancekit.records.dossier import Dossier
from stancekit.records.snapshot import Snapshot

__all__ = ["Record", "difference", "plain_answer", "renamed", "times"]


@frozen
class Record:
    """A result object taken apart: its class and its public fields."""

    kind: str
    held: dict[str, Any]


def plain_answer(answer: Any) -> Any:
    """Take an answer apart into numbers, text, arrays, lists, mappings and records of these.

    >>> from stancekit.signed.balance import Camps
    >>> plain_answer({"camps": (1, np.float64(0.5)), "none": {2}})
    {'camps': [1, 0.5], 'none': [2]}
    """
    if isinstance(answer, enum.Enum | Record):
        return answer
    if isinstance(answer, np.generic):
        return answer.item()
    if has(type(answer)):
        shown = [part.name for part in fields(type(answer)) if not part.name.startswith("_")]
        pairs = ((name, getattr(answer, name)) for name in shown)
        held = {n: plain_answer(v) for n, v in pairs if not isinstance(v, Snapshot | Dossier)}
        return Record(type(answer).__name__, held)
    if isinstance(answer, Mapping):
        return {plain_answer_key(key): plain_answer(held) for key, held in answer.items()}
    if isinstance(answer, Set):
        return sorted((plain_answer(part) for part in answer), key=repr)
    if isinstance(answer, Sequence) and not isinstance(answer, str | bytes):
        return [plain_answer(part) for part in answer]
    return answer


def plain_answer_key(key: Any) -> Any:
    """A key of a mapping, which stays hashable."""
    return key.item() if isinstance(key, np.generic) else key


def renamed(answer: Any, codes: Mapping[str, str]) -> Any:
    """A plain answer in which codes are replaced wherever they stand alone.

    >>> renamed({"a": ["x", "ax"]}, {"a": "b", "x": "y"})
    {'b': ['y', 'ax']}
    """
    if isinstance(answer, Record):
        return Record(answer.kind, {name: renamed(v, codes) for name, v in answer.held.items()})
    if isinstance(answer, dict):
        return {renamed(key, codes): renamed(held, codes) for key, held in answer.items()}
    if isinstance(answer, list):
        return [renamed(part, codes) for part in answer]
    if isinstance(answer, tuple | frozenset):  # keys of a mapping
        return type(answer)(renamed(part, codes) for part in answer)
    if isinstance(answer, str) and not isinstance(answer, enum.Enum):
        return codes.get(answer, answer)
    return answer


def times(answer: Any, factor: float) -> Any:
    """A plain answer with every number in it multiplied.

    >>> times({"a": [1, 0.5], "b": "text"}, 2)
    {'a': [2, 1.0], 'b': 'text'}
    """
    if isinstance(answer, Record):
        return Record(answer.kind, {name: times(v, factor) for name, v in answer.held.items()})
    if isinstance(answer, dict):
        return {key: times(held, factor) for key, held in answer.items()}
    if isinstance(answer, list):
        return [times(part, factor) for part in answer]
    if isinstance(answer, np.ndarray) or (_is_number(answer) and not isinstance(answer, bool)):
        return answer * factor
    return answer


def _is_number(answer: Any) -> bool:
    return hasattr(answer, "__float__") and not isinstance(answer, np.ndarray | str)


def difference(
    found: Any,
    due: Any,
    *,
    unordered: bool = False,
    added: tuple[str, int] | None = None,
    place: str = "",
) -> str:
    """Say where two plain answers first differ; empty where they do not.

    ``unordered`` compares lists of other things than numbers as multisets.  ``added`` gives a
    code, and a place in lists of all actors, that ``found`` may have and ``due`` has not.

    >>> difference({"a": 1.0}, {"a": 1.0 + 1e-13}), difference([1], [1, 2])
    ('', 'the answer is [1], and [1, 2] was due')
    >>> difference({"a": [1, 3]}, {"a": [1, 2]})
    "at ['a'][1] the answer is 3, and 2 was due"
    """
    told = f"{f'at {place} ' if place else ''}the answer is {found!r}, and {due!r} was due"
    kinds = (Record, dict, list, np.ndarray)
    if any(isinstance(found, kind) != isinstance(due, kind) for kind in kinds):
        return told
    inner: Any = {"unordered": unordered, "added": added}
    if isinstance(due, Record):
        if (found.kind, found.held.keys()) != (due.kind, due.held.keys()):
            return told
        if added:
            inner["added"] = (added[0], _place_of(added, found.held.values()))
        return _first(((found.held[n], due.held[n], f".{n}") for n in due.held), inner, place)
    if isinstance(due, dict):
        keys = [key for key in found if not (added and _about(key, added[0]) and key not in due)]
        if set(keys) != set(due):
            return told
        return _first(((found[key], due[key], f"[{key!r}]") for key in due), inner, place)
    if isinstance(due, list):
        if added:
            found = _without(found, added, len(due))
        if unordered and not all(map(_is_number, [*found, *due])):
            found, due = sorted(found, key=_sorted_repr), sorted(due, key=_sorted_repr)
        if len(found) != len(due):
            return told
        pairs = zip(found, due, range(len(due)), strict=True)
        return _first(((f, d, f"[{k}]") for f, d, k in pairs), inner, place)
    if isinstance(due, np.ndarray):
        if added and found.ndim == due.ndim:
            for axis, (more, size) in enumerate(zip(found.shape, due.shape, strict=True)):
                if more == size + 1 and added[1] < more:
                    found = np.delete(found, added[1], axis=axis)
        return "" if _same_array(found, due) else told
    return "" if _same(found, due) else told


def _first(parts: Any, inner: Any, place: str) -> str:
    return next((d for f, e, at in parts if (d := difference(f, e, place=place + at, **inner))), "")


def _same(found: Any, due: Any) -> bool:
    if isinstance(found, enum.Enum) or isinstance(due, enum.Enum):
        return type(found) is type(due) and bool(found == due)
    if _is_number(found) and _is_number(due):
        one, other = float(found), float(due)
        both_nan = math.isnan(one) and math.isnan(other)
        return both_nan or math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return bool(found == due)


def _same_array(found: NDArray[Any], due: NDArray[Any]) -> bool:
    if found.shape != due.shape:
        return False
    if found.dtype.kind in "fc" or due.dtype.kind in "fc":
        return bool(np.allclose(found, due, rtol=1e-9, atol=1e-12, equal_nan=True))
    if found.dtype == object or due.dtype == object:
        pairs = zip(found.ravel().tolist(), due.ravel().tolist(), strict=True)
        return all(_same(one, other) for one, other in pairs)
    return bool((found == due).all())


def _about(part: Any, code: str) -> bool:
    """Is it the newcomer, or a record, row or key of the newcomer?"""
    if isinstance(part, Record):
        return any(isinstance(held, str) and held == code for held in part.held.values())
    if isinstance(part, dict):
        return any(isinstance(held, str) and held == code for held in part.values())
    if isinstance(part, list | tuple | frozenset):
        return code in part
    return isinstance(part, str) and part == code


def _without(found: list[Any], added: tuple[str, int], size: int) -> list[Any]:
    """A list that is too long, less what is about the newcomer, or less what has its place."""
    if len(found) <= size:
        return found
    kept = [part for part in found if not _about(part, added[0])]
    if len(kept) == size + 1 and added[1] < len(kept):
        del kept[added[1]]
    return kept


def _place_of(added: tuple[str, int], held: Any) -> int:
    """Where a record lists the newcomer among its actors; arrays beside have its row there."""
    for part in held:
        if isinstance(part, list) and added[0] in part and all(isinstance(p, str) for p in part):
            return part.index(added[0])
    return added[1]


def _sorted_repr(part: Any) -> str:
    return repr(sorted(map(repr, part))) if isinstance(part, list) else repr(part)
