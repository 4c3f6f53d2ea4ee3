"""The public surface: each name has one home, is annotated, explained, and shown in an example."""

from __future__ import annotations

import ast
import doctest
import inspect
from collections import Counter
from functools import cache
from typing import Any

import pytest
from surface import (
    DOORS,
    INNER,
    MODULES,
    REEXPORTING,
    SHARED,
    SURFACE,
    home,
    is_inner,
    is_package,
    module,
    own_methods,
    shown,
    tree,
)

#: Public names that no example shows.  To be emptied; a name that has got its example must go.
WITHOUT_EXAMPLE: set[str] = set()

#: Public names that raise, themselves or by a private helper, and have no Raises section for
#: it.  To be emptied in the same way.
WITHOUT_RAISES = {
    "stancekit.records.dates.PartialDate",
    "stancekit.records.gazetteer.Gazetteer",
    "stancekit.signed.graph.SignedGraph",
}

#: What house errors are called where they are raised.
ERRORS = {"InputError", "UnknownNameError", "MissingExtraError"}


def examples(held: Any) -> bool:
    """Is there a doctest example for it, itself or in one of its methods?"""
    parts = [held, *own_methods(held).values()] if inspect.isclass(held) else [held]
    parser = doctest.DocTestParser()
    return any(parser.get_examples(inspect.getdoc(part) or "") for part in parts)


def returned_in_an_example(kind: type) -> bool:
    """Does something public that has an example itself give back a value of this class?"""
    for held in SURFACE.values():
        for maker in own_methods(held).values() if inspect.isclass(held) else [held]:
            annotation = str(inspect.signature(maker).return_annotation)
            words = set("".join(c if c.isidentifier() else " " for c in annotation).split())
            if kind.__name__ in words and doctest.DocTestParser().get_examples(maker.__doc__ or ""):
                return True
    return False


# One home


@pytest.mark.parametrize("name", MODULES)
def test_all_is_sorted_true_and_complete(name: str) -> None:
    names = shown(name)
    assert sorted(names, key=lambda n: (n.upper() != n, n[0].islower(), n)) == list(names)
    assert len(set(names)) == len(names)
    for public in names:
        assert hasattr(module(name), public), f"{name}.__all__ names {public}, which is not there"
    defined = {
        node.name
        for node in tree(name).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }
    if not is_inner(name):
        assert defined - set(names) == SHARED.get(name, set())


def test_every_name_has_one_home() -> None:
    for door in MODULES:
        for name in shown(door):
            where = home(name, door)
            if where == door:
                continue
            assert is_package(door) or door in REEXPORTING, f"{door} shows {name} of {where}"
            assert name in shown(where), f"{door} shows {name}, which {where}.__all__ does not"
            inside = where.startswith(f"{door}.") or door in ("stancekit", *REEXPORTING)
            assert inside, f"{door} shows {name} of {where}, another room"


def test_nothing_is_shown_twice_by_doors() -> None:
    counts = Counter(
        f"{home(name, door)}.{name}"
        for door in DOORS
        for name in shown(door)
        if door not in ("stancekit", *REEXPORTING)
    )
    assert [name for name, count in counts.items() if count > 1] == []


def test_no_exception_is_stale() -> None:
    """What is gone, or needs no exception any more, goes from the lists."""
    assert SHARED.keys() - MODULES.keys() == set()
    assert INNER - MODULES.keys() == set()
    assert {name for name in WITHOUT_EXAMPLE if not needs_example(name)} == set()
    assert {name for name in WITHOUT_RAISES if not needs_raises(name)} == set()


def needs_example(name: str) -> bool:
    return name in SURFACE and not has_example(SURFACE[name])


def needs_raises(name: str) -> bool:
    return name in SURFACE and bool(silent_parts(name))


# Annotated, explained, shown


@pytest.mark.parametrize("name", SURFACE)
def test_is_annotated(name: str) -> None:
    held = SURFACE[name]
    for part in own_methods(held).values() if inspect.isclass(held) else [held]:
        signature = inspect.signature(part)
        bare = [
            p.name
            for p in signature.parameters.values()
            if p.annotation is p.empty and p.name not in ("self", "cls")
        ]
        assert bare == [], f"{part.__qualname__}: {bare} have no annotation"
        assert signature.return_annotation is not signature.empty, part.__qualname__


@pytest.mark.parametrize("name", SURFACE)
def test_is_explained(name: str) -> None:
    held = SURFACE[name]
    parts = {"": held, **(own_methods(held) if inspect.isclass(held) else {})}
    for inner, part in parts.items():
        text = inspect.getdoc(part) if part is held else part.__doc__
        assert text, f"{name}.{inner} has no docstring"
        summary = inspect.cleandoc(text).split("\n\n")[0]
        assert summary.rstrip().endswith((".", "?", ":")), f"{name}.{inner}: {summary!r}"


@pytest.mark.parametrize("name", SURFACE)
def test_says_what_it_raises(name: str) -> None:
    if name in WITHOUT_RAISES:
        pytest.skip("listed in WITHOUT_RAISES")
    assert silent_parts(name) == [], f"{name}: these raise and do not say so"


def silent_parts(name: str) -> list[str]:
    """What of a function or class raises a house error and has no Raises section."""
    held = SURFACE[name]
    private = raising_helpers(held.__module__)
    parts = {"": held}
    if inspect.isclass(held):
        parts = own_methods(held) | {"": held.__dict__.get("__attrs_post_init__", held)}
    silent = []
    for inner, part in parts.items():
        if inspect.isfunction(part):
            text = inspect.getdoc(held if inner == "" else part) or ""
            if raises(function_tree(part), private) and "Raises\n---" not in text:
                silent.append(inner or "itself")
    return silent


def function_tree(function: Any) -> ast.AST:
    lines, first = inspect.getsourcelines(function)
    del lines
    for node in ast.walk(tree(function.__module__)):
        if isinstance(node, ast.FunctionDef) and node.name == function.__name__:
            start = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            if start == first:
                return node
    raise AssertionError(f"no source of {function}")


def raises(node: ast.AST, private: set[str]) -> set[str]:
    """House errors that a function raises itself, or by a private helper that it calls."""
    found = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Raise) and isinstance(part.exc, ast.Call):
            found |= {ast.unparse(part.exc.func)} & ERRORS
        elif isinstance(part, ast.Call) and ast.unparse(part.func) in private:
            found.add(ast.unparse(part.func))
    return found


@cache
def raising_helpers(name: str) -> set[str]:
    """Private functions and methods of a module that raise house errors, as they are called."""
    found = set()
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("_") and raises(node, set()):
            found |= {node.name, f"self.{node.name}", f"cls.{node.name}"}
    return found - {"__attrs_post_init__"}


@pytest.mark.parametrize("name", SURFACE)
def test_is_shown_in_an_example(name: str) -> None:
    if name in WITHOUT_EXAMPLE:
        pytest.skip("listed in WITHOUT_EXAMPLE")
    assert has_example(SURFACE[name])


def has_example(held: Any) -> bool:
    return examples(held) or (inspect.isclass(held) and returned_in_an_example(held))


@pytest.mark.parametrize("name", [name for name in MODULES if is_inner(name)])
def test_inner_names_are_explained(name: str) -> None:
    for public in shown(name):
        held = getattr(module(name), public)
        if inspect.isfunction(held) or inspect.isclass(held):
            assert inspect.getdoc(held), f"{name}.{public} has no docstring"
