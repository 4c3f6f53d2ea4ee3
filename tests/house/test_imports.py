"""Imports run one way: the allowed-import table, held to the syntax tree; and that it would fail.

An import counts wherever it stands: inside a function, under TYPE_CHECKING, in a try.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "stancekit"

#: room -> the rooms that it may import.  Anything else is a defect.
ALLOWED: dict[str, set[str]] = {
    # ground: every room may stand on these
    "arrays": set(),
    "errors": set(),
    "chance": {"errors"},
    # two wings that do not know each other
    "records": {"arrays", "errors"},
    "signed": {"arrays", "chance", "errors"},
    # the one place where they meet
    "projection": {"arrays", "errors", "records", "signed"},
    # questions a user asks
    "measures": {"arrays", "chance", "errors", "records", "signed", "projection"},
    "scenarios": {"arrays", "errors", "records", "projection", "signed", "measures"},
    "ensembles": {"arrays", "chance", "errors", "records", "scenarios"},
    # faces: nothing below imports them
    "io": {"arrays", "errors", "records", "signed", "scenarios"},
    "datasets": {"arrays", "errors", "records", "io"},
    "testing": {"arrays", "errors", "records", "signed", "scenarios"},
    "report": {"arrays", "errors", "records", "projection", "measures"},
    "plot": {"arrays", "errors", "records", "signed", "projection", "measures", "ensembles"},
    # the commands, each a face of its own
    "what_if": {"arrays", "errors", "records", "scenarios", "io", "report"},
    "series": {"arrays", "errors", "records", "measures", "ensembles"},
    "balance": {"errors", "io", "signed"},
    # the root shows the nouns and has no logic; the command line stands on everything it shows
    "__init__": {"records", "signed", "scenarios", "io", "datasets"},
    "__main__": {
        *("arrays", "errors", "records", "io", "datasets", "report"),
        *("what_if", "series", "balance"),
    },
}

#: room -> what else may be loaded when one of its modules is.
AT_ONCE: dict[str, set[str]] = {"testing": {"hypothesis"}, "plot": {"matplotlib"}}
EVERYWHERE = {"numpy", "attrs"}
#: package -> the rooms in which a function may import it when it runs.
WHEN_NEEDED: dict[str, set[str]] = {
    "scipy": {"signed", "measures", "scenarios", "ensembles", "io", "testing", "plot"},
    "hypothesis": {"testing"},
    "matplotlib": {"plot"},
    "narwhals": {"io"},
    "networkx": {"io"},
    "igraph": {"io"},
    "numba": {"signed"},
    "highspy": {"signed"},
    "tqdm": {"signed", "ensembles"},
    "defusedxml": {"io"},
}

#: (module, inner module of another package that it imports all the same): each wants a reason.
PAST_THE_DOOR = {
    # the report weighs groups of its own, which no coalition of the door holds
    ("stancekit.report.standing", "stancekit.measures.coalitions.weighing"),
}


def room_of(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def modules() -> dict[str, Path]:
    """Dotted name and file of every module of the package."""
    found = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = ["stancekit", *file.relative_to(PACKAGE).with_suffix("").parts]
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


def statements(tree: ast.AST, *, when_loaded: bool) -> Iterator[ast.AST]:
    """All nodes; or only what runs when the module is loaded."""
    for node in ast.iter_child_nodes(tree):
        if when_loaded and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if when_loaded and is_type_checking(node):
            continue
        yield node
        yield from statements(node, when_loaded=when_loaded)


def imported(tree: ast.AST, *, when_loaded: bool = False) -> Iterator[str]:
    """What a module imports, dotted; a relative import under a name that nothing allows."""
    for node in statements(tree, when_loaded=when_loaded):
        if isinstance(node, ast.ImportFrom):
            if node.level:
                yield "stancekit.a relative import"
            elif node.module == "stancekit":
                yield from (f"stancekit.{alias.name}" for alias in node.names)
            elif node.module:
                yield node.module
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield "stancekit.the root" if alias.name == "stancekit" else alias.name
        elif isinstance(node, ast.Call) and node.args:
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[0]
            if called in ("import_module", "__import__"):
                yield str(first.value) if isinstance(first, ast.Constant) else "a computed name"


def strangers(source: str, room: str) -> set[str]:
    """Rooms of the house that a module of this room imports and may not."""
    names = (name.split(".") for name in imported(ast.parse(source)))
    rooms = {
        parts[1] if len(parts) > 1 else "the root" for parts in names if parts[0] == "stancekit"
    }
    return rooms - {room} - ALLOWED[room]


def outsiders(source: str, room: str) -> set[str]:
    """Packages that a module of this room loads, or may load later, and may not."""
    tree = ast.parse(source)

    def packages(names: Iterable[str]) -> set[str]:
        return {name.split(".")[0] for name in names} - {"stancekit"} - sys.stdlib_module_names

    at_once = packages(imported(tree, when_loaded=True)) - EVERYWHERE - AT_ONCE.get(room, set())
    later = packages(imported(tree)) - EVERYWHERE
    return at_once | {name for name in later if room not in WHEN_NEEDED.get(name, set())}


def cycle(graph: dict[str, set[str]]) -> list[str]:
    """Names on or behind a cycle; empty where there is none."""
    left = dict(graph)
    while free := [name for name, uses in left.items() if not uses & left.keys()]:
        for name in free:
            del left[name]
    return sorted(left)


def module_graph(files: dict[str, Path]) -> dict[str, set[str]]:
    """Which module loads which, as soon as it is loaded itself."""
    graph = {}
    for name, file in files.items():
        uses = set()
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in statements(tree, when_loaded=True):
            if isinstance(node, ast.ImportFrom) and node.module:
                # what is imported from a package may be a module of it, or a name
                inner = {f"{node.module}.{alias.name}" for alias in node.names} & files.keys()
                uses |= inner or {node.module}
            elif isinstance(node, ast.Import):
                uses |= {alias.name for alias in node.names}
        graph[name] = (uses & files.keys()) - {name}
    return graph


def past_doors(files: dict[str, Path]) -> set[tuple[str, str]]:
    """Imports, from outside, of modules behind a package that shows names at its door."""
    shown = {name for name, file in files.items() if file.name == "__init__.py" and shows(file)}
    inner = {
        name: door
        for name in files
        for door in shown - {"stancekit"}
        if name.startswith(f"{door}.")
    }
    return {
        (name, used)
        for name, file in files.items()
        for used in imported(ast.parse(file.read_text(encoding="utf-8")))
        if used in inner and not f"{name}.".startswith(f"{inner[used]}.")
    }


def shows(file: Path) -> bool:
    return "__all__" in file.read_text(encoding="utf-8")


# The table


def test_the_table_has_no_cycle() -> None:
    assert cycle(ALLOWED) == []


def test_every_room_is_in_the_table() -> None:
    assert {room_of(file) for file in modules().values()} <= ALLOWED.keys()


def test_no_room_below_imports_a_face() -> None:
    faces = {"io", "datasets", "testing", "report", "plot", "what_if", "series"}
    faces |= {"balance", "__main__", "__init__"}
    below = set(ALLOWED) - faces
    assert not any(ALLOWED[room] & faces for room in below)


# The house


@pytest.mark.parametrize("name", modules())
def test_a_module_imports_only_what_its_room_may(name: str) -> None:
    file = modules()[name]
    source = file.read_text(encoding="utf-8")
    assert strangers(source, room_of(file)) == set()
    assert outsiders(source, room_of(file)) == set()


def test_packages_are_entered_by_their_doors() -> None:
    assert past_doors(modules()) == PAST_THE_DOOR


def test_no_two_modules_load_each_other() -> None:
    files = {name: file for name, file in modules().items() if name != "stancekit"}
    assert cycle(module_graph(files)) == []


@pytest.mark.parametrize(
    "module", ["stancekit", "stancekit.__main__", "stancekit.measures.consistency"]
)
def test_loading_brings_numpy_and_attrs_alone(module: str) -> None:
    heavy = ["scipy", *sorted((WHEN_NEEDED.keys() | {"pandas", "polars"}) - {"scipy"})]
    code = f"import sys, {module}; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    assert done.stdout.strip() == "[]"


# The test of the test

UPWARD = {
    "a relative import": "from ..measures import coalitions",
    "a relative import of a neighbour": "from . import dates",
    "an import inside a function": "def f():\n    from stancekit.measures import coalitions",
    "an import inside a method": "class A:\n    def f(self):\n        import stancekit.report",
    "an import of a name through the root": "from stancekit import Dossier",
    "an import of the root": "import stancekit as sk",
    "an import of a room through the root": "from stancekit import measures",
    "an import for types alone": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import stancekit.signed.graph"
    ),
    "an import in a try": "try:\n    import stancekit.io.tables\nexcept ImportError:\n    pass",
    "an import by name": "import importlib\nimportlib.import_module('stancekit.report')",
}


@pytest.mark.parametrize("source", UPWARD.values(), ids=UPWARD)
def test_an_import_the_wrong_way_is_found(source: str) -> None:
    assert strangers(source, "records")


@pytest.mark.parametrize(
    "source",
    [
        "import scipy.sparse",
        "from scipy.sparse import csr_array",
        "try:\n    import scipy\nexcept ImportError:\n    scipy = None",
        "class A:\n    import scipy",
        "if True:\n    import scipy",
        "def f():\n    import matplotlib.pyplot",
        "def f():\n    import pandas",
        "import yaml",
    ],
)
def test_a_package_loaded_too_early_or_at_all_is_found(source: str) -> None:
    assert outsiders(source, "signed")


@pytest.mark.parametrize(
    ("source", "room"),
    [
        ("import numpy as np\nfrom attrs import frozen\nimport datetime", "records"),
        ("def f():\n    from scipy.sparse import csr_array", "signed"),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import scipy.sparse", "signed"),
        ("from hypothesis import strategies", "testing"),
        ("from stancekit.errors import InputError\nfrom stancekit.signed.graph import x", "signed"),
    ],
)
def test_what_is_allowed_is_left_alone(source: str, room: str) -> None:
    assert strangers(source, room) == outsiders(source, room) == set()


def test_an_import_past_a_door_is_found(tmp_path: Path) -> None:
    texts = {
        "a": "from stancekit.signed.partition.core import Core\n",
        "stancekit.signed.partition.b": "from stancekit.signed.partition.core import Core\n",
        "stancekit.signed.partition.core": "",
        "stancekit.signed.partition": "__all__ = ['core']\n",
    }
    files = {}
    for name, text in texts.items():
        folder = tmp_path / name
        folder.mkdir()
        files[name] = folder / ("__init__.py" if name.endswith("partition") else "module.py")
        files[name].write_text(text, encoding="utf-8")
    assert past_doors(files) == {("a", "stancekit.signed.partition.core")}


def test_a_cycle_is_found() -> None:
    assert cycle({"a": {"b"}, "b": {"a"}, "c": set()}) == ["a", "b"]
    assert cycle({"a": {"b"}, "b": {"c"}, "c": set()}) == []
