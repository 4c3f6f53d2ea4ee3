"""Files say what they are for, stay small, and have names that mean something."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "stancekit").rglob("*.py"))

#: No wall needed yet; above this a file wants one.
LONGEST = 520

#: Files that are longer, and how long they may be.  To be emptied; a file that fits must go.
LONGER = {
    "stancekit/signed/graph.py": 560,
}

#: Names that say only that something is here.
EMPTY_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "base",
    "types",
    "misc",
    "core_utils",
}

names = pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))


@names
def test_the_first_line_states_a_purpose(file: Path) -> None:
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    assert text, "there is no docstring"
    first = text.splitlines()[0]
    assert first.endswith("."), f"{first!r} is no sentence on one line"
    assert len(first.split()) >= 4, f"{first!r} says too little"


def test_no_two_files_have_one_purpose() -> None:
    firsts = [
        (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").splitlines()[:1]
        for file in FILES
    ]
    assert all(firsts.count(first) == 1 for first in firsts)


@names
def test_files_are_small(file: Path) -> None:
    name, size = str(file.relative_to(ROOT)), len(file.read_text(encoding="utf-8").splitlines())
    if name in LONGER:
        assert size > LONGEST, f"{name} fits now: take it from LONGER"
    assert size <= LONGER.get(name, LONGEST), f"{size} lines; build a wall"


@names
def test_names_mean_something(file: Path) -> None:
    parts = file.relative_to(ROOT / "stancekit").with_suffix("").parts
    assert not EMPTY_NAMES & {part.strip("_") for part in parts}


@names
def test_nothing_is_left_to_do(file: Path) -> None:
    marks = re.findall(r"\b(?:TODO|FIXME|XXX|HACK)\b", file.read_text(encoding="utf-8"))
    assert marks == []
