"""The public surface of the house, found once: modules, doors, and the names that they show."""

from __future__ import annotations

import ast
import importlib
import inspect
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

PACKAGE = Path(__file__).resolve().parents[2] / "stancekit"

#: Modules behind a door: nobody is sent there, so their names need no example.  A package that
#: shows names of its modules in its own ``__all__`` is the door to all of them.
INNER = {
    "stancekit.arrays",
    "stancekit.chance",
    "stancekit.io.files",
    "stancekit.records.asked",
    "stancekit.records.checks",
    "stancekit.records.columns",
    "stancekit.records.day",
    "stancekit.records.fields",
    "stancekit.records.given",
    "stancekit.records.reversals",
    "stancekit.records.stance_table",
    "stancekit.records.tables",
    "stancekit.records.timeline",
    "stancekit.signed.given",
    "stancekit.testing.answers",
}

#: Doors that show what has its home elsewhere, beside packages.
REEXPORTING = {"stancekit.testing.strategies"}

#: Names at the top of a door that other rooms use and users do not.
SHARED = {
    "stancekit.records.stance": {"contradiction", "read_chain"},
}


def _modules() -> dict[str, Path]:
    found = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = ["stancekit", *file.relative_to(PACKAGE).with_suffix("").parts]
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


MODULES = _modules()


@cache
def module(name: str) -> ModuleType:
    return importlib.import_module(name)


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def shown(name: str) -> tuple[str, ...]:
    """The names in a module's ``__all__``, read from its text."""
    for node in tree(name).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return tuple(ast.literal_eval(node.value))
    return ()


def is_package(name: str) -> bool:
    return MODULES[name].name == "__init__.py"


def is_inner(name: str) -> bool:
    parent = name.rpartition(".")[0]
    behind = (
        parent not in ("", "stancekit") and bool(shown(parent)) and parent != "stancekit.testing"
    )
    return name in INNER or (behind and not is_package(name))


DOORS = [name for name in MODULES if not is_inner(name)]


def home(name: str, door: str) -> str:
    """The module in which a name is defined; the door itself for what bears no module."""
    held = getattr(module(door), name)
    if isinstance(held, ModuleType):
        return door
    where = getattr(held, "__module__", None)
    return where if where in MODULES and not is_alias(name, door) else door


def is_alias(name: str, door: str) -> bool:
    """Constants and type aliases bear the module of what they are made of."""
    return any(
        isinstance(node, ast.Assign | ast.AnnAssign)
        and name
        in {ast.unparse(t) for t in getattr(node, "targets", [getattr(node, "target", None)])}
        for node in tree(door).body
    )


def surface() -> dict[str, Any]:
    """Every public function and class: "home.name" to the object."""
    found = {}
    for door in DOORS:
        for name in shown(door):
            held = getattr(module(door), name)
            if inspect.isfunction(held) or inspect.isclass(held):
                found[f"{home(name, door)}.{name}"] = held
    return found


SURFACE = surface()


def own_methods(kind: type) -> dict[str, Any]:
    """Public methods and properties that the class itself defines."""
    found = {}
    for name, held in vars(kind).items():
        inside = held.__func__ if isinstance(held, classmethod | staticmethod) else held
        inside = inside.fget if isinstance(inside, property) else getattr(inside, "func", inside)
        if inspect.isfunction(inside) and not name.startswith("_"):
            found[name] = inside
    return found
