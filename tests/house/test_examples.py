"""The examples run and print what they promise, and so does what the README shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
README = ROOT / "README.md"


def run(arguments: list[str], folder: Path) -> str:
    """Run in a process of its own, elsewhere than in the repository: nothing may depend on it."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
    environment["PYTHONIOENCODING"] = "utf-8"
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        env=environment,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_the_examples_are_numbered() -> None:
    assert EXAMPLES
    numbers = [file.name.split("_")[0] for file in EXAMPLES]
    assert numbers == [f"{k:02d}" for k in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_prints_what_it_promises(file: Path, tmp_path: Path) -> None:
    expected = file.with_suffix(".out")
    assert expected.exists(), f"{expected.name} is missing: what the example prints belongs there"
    assert run([str(file)], tmp_path) == expected.read_text(encoding="utf-8")


def python_blocks() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", README.read_text(encoding="utf-8"), re.S | re.M)


@pytest.mark.parametrize("number", range(len(python_blocks())))
def test_a_block_of_the_readme_runs(number: int, tmp_path: Path) -> None:
    """Blocks build on the ones before; those that are doctests are run as such by pytest."""
    blocks = [block for block in python_blocks()[: number + 1] if ">>>" not in block]
    file = tmp_path / "readme.py"
    file.write_text("\n".join(blocks), encoding="utf-8")
    run([str(file)], tmp_path)
