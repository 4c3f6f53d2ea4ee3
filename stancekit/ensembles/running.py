"""Many worlds on any executor: the same bits whatever runs them, and nothing finished is lost."""

from __future__ import annotations

import ast
import concurrent.futures
import hashlib
import multiprocessing
import os
import pickle
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager
from typing import Any, TypeVar

from attrs import define, field, frozen

from stancekit.ensembles.answers import Answer, Sheet
from stancekit.ensembles.keeping import Keeper
from stancekit.errors import InputError, MissingExtraError, StancekitError

__all__ = ["Failure", "Plan", "WorldsFailed", "run"]

_T = TypeVar("_T")

#: Gives what the measure says of the world of a number.
Kernel = Callable[[int], Answer]

#: A measure that fails in this many worlds fails in all; no more are begun.
PATIENCE = 20

#: Work that would take longer than this here, in seconds, is worth processes of its own.
WORTHWHILE = 5.0

#: Chunks that wait at an executor at a time, so that memory does not grow with their number.
WINDOW = 64


@frozen
class Failure:
    """One world that could not be finished.

    Attributes
    ----------
    world : str
        Which one: a date, a scenario, a draw.
    error : str
        The class and message of what was raised, or that the worker died.
    trace : str
        Where it was raised; empty where the worker died.

    Examples
    --------
    >>> print(Failure("2019-05-01", "ValueError: no"))
    2019-05-01: ValueError: no
    """

    world: str
    error: str
    trace: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"{self.world}: {self.error}"


class WorldsFailed(StancekitError, RuntimeError):
    """Some worlds raised, or killed their worker; what was finished is kept.

    Attributes
    ----------
    failures : tuple of Failure
        Each with its world, in their order.
    left : int
        Worlds that were not begun any more.
    finished : object or None
        The result over the worlds that were finished; None where there are none.

    Examples
    --------
    >>> str(WorldsFailed((Failure("2019-05-01", "ValueError: no"),), 0, None, 1))
    '1 of 1 worlds failed: 2019-05-01: ValueError: no; none is finished'
    """

    def __init__(
        self, failures: tuple[Failure, ...], left: int, finished: Any, worlds: int
    ) -> None:
        self.failures, self.left, self.finished, self.worlds = failures, left, finished, worlds
        super().__init__(failures, left, finished, worlds)

    def __str__(self) -> str:
        told = "; ".join(map(str, self.failures[:3]))
        more = f"; and {len(self.failures) - 3} more" if len(self.failures) > 3 else ""
        done = self.worlds - len(self.failures) - self.left
        kept = f"{done} are finished, in .finished" if done else "none is finished"
        left = f", {self.left} not begun" if self.left else ""
        return f"{len(self.failures)} of {self.worlds} worlds failed: {told}{more}; {kept}{left}"


@frozen
class Plan:
    """What is to be run: one kernel over numbered worlds.

    Attributes
    ----------
    kernel : callable
        From number to answer.
    keys : sequence of str
        What each world goes by in a partial file, the same in every run.
    labels : sequence of str
        What each world is called where it fails.
    days : int
        How many days each world has.
    where : callable
        From world and day to the heading under which reasons are counted.
    identity : mapping
        What makes two runs the same; see ``Keeper``.
    """

    kernel: Kernel
    keys: Sequence[str]
    labels: Sequence[str]
    days: int
    where: Callable[[int, int], str]
    identity: Mapping[str, Any]


#: What a worker sends back for one world.
Outcome = tuple[int, Answer | Failure]


@frozen
class _Packed:
    """A kernel as bytes, so that a worker unpacks it once for all its chunks."""

    held: bytes
    mark: bytes


_UNPACKED: dict[bytes, Kernel] = {}


def _chunk(packed: Kernel | _Packed, numbers: range | tuple[int, ...]) -> list[Outcome]:
    """What one worker does; at module level, so that it can be pickled."""
    kernel = packed
    if isinstance(kernel, _Packed):
        if kernel.mark not in _UNPACKED:
            _UNPACKED.clear()
            _UNPACKED[kernel.mark] = pickle.loads(kernel.held)
        kernel = _UNPACKED[kernel.mark]
    return [(number, _one(kernel, number)) for number in numbers]


def _one(kernel: Kernel, number: int) -> Answer | Failure:
    try:
        return kernel(number)
    except Exception as error:
        return Failure(str(number), _told(error), traceback.format_exc())


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")


@define
class _Run:
    """The state of a run: what is finished, what failed, and where it is kept."""

    plan: Plan
    sheet: Sheet
    keeper: Keeper | None
    bar: Any
    failures: dict[int, Failure] = field(factory=dict)

    def take(self, outcomes: Iterable[Outcome]) -> None:
        for number, said in outcomes:
            if isinstance(said, Failure):
                self.fail(number, said.error, said.trace)
                continue
            self.sheet.take(number, said)
            if self.keeper is not None:
                self.keeper.keep(self.plan.keys[number], said)
            if self.bar is not None:
                self.bar.update()

    def fail(self, number: int, error: str, trace: str = "") -> None:
        self.failures[number] = Failure(self.plan.labels[number], error, trace)

    @property
    def is_hopeless(self) -> bool:
        return len(self.failures) >= PATIENCE


def run(
    plan: Plan,
    result: Callable[[Sheet], _T],
    *,
    executor: Executor | None,
    progress: bool,
    partial: str | os.PathLike[str] | None,
) -> _T:
    """Run all worlds of a plan, and make the result of what they say.

    Raises
    ------
    WorldsFailed
        If worlds failed; it holds the result of the others.
    InputError
        If the kernel cannot be sent to other processes, or the partial file is of another
        run.
    """
    sheet = Sheet(len(plan.keys), plan.days, plan.where)
    keeper = None if partial is None else Keeper(partial, plan.identity)
    try:
        with _bar(progress, len(plan.keys)) as bar:
            state = _Run(plan, sheet, keeper, bar)
            todo = _resumed(state)
            if todo and executor is None:
                todo = _here(state, todo)
                if todo:
                    _elsewhere(state, todo, None)
            elif todo:
                _elsewhere(state, todo, executor)
    finally:
        if keeper is not None:
            keeper.close()
    done = len(sheet.numbers)
    if state.failures:
        failures = tuple(failure for _, failure in sorted(state.failures.items()))
        left = len(plan.keys) - done - len(failures)
        finished = result(sheet) if done else None
        raise WorldsFailed(failures, left, finished, len(plan.keys))
    return result(sheet)


@contextmanager
def _bar(wanted: bool, worlds: int) -> Iterator[Any]:
    if not wanted:
        yield None
        return
    try:
        from tqdm import tqdm
    except ImportError:
        raise MissingExtraError("progress bars", "tqdm", extra="progress") from None
    with tqdm(total=worlds, unit="world") as bar:
        yield bar


def _resumed(state: _Run) -> list[int]:
    """Take what the partial file holds; returns the worlds that are left."""
    if state.keeper is None:
        return list(range(len(state.plan.keys)))
    numbers: dict[str, list[int]] = {}
    for number, key in enumerate(state.plan.keys):
        numbers.setdefault(key, []).append(number)
    held: set[int] = set()
    for key, answer in state.keeper.finished():
        for number in numbers.get(key, ()):
            state.sheet.take(number, answer)
            held.add(number)
    if state.bar is not None:
        state.bar.update(len(held))
    return [number for number in range(len(state.plan.keys)) if number not in held]


def _here(state: _Run, todo: list[int]) -> list[int]:
    """Run worlds in this process, until it turns out that more processes would pay."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    begun, usable = time.perf_counter(), (cores or 1) > 1
    for place, number in enumerate(todo):
        if state.is_hopeless:
            return []
        spent = time.perf_counter() - begun
        if usable and place >= 2 and spent / place * (len(todo) - place) > WORTHWHILE:
            if _can_spawn(state.plan.kernel):
                return todo[place:]
            usable = False
        state.take([(number, _one(state.plan.kernel, number))])
    return []


def _can_spawn(kernel: Kernel) -> bool:
    """Whether a new process can be given the kernel, and would not run this program anew."""
    try:
        held = pickle.dumps(kernel)
    except Exception:
        return False
    main = sys.modules.get("__main__")
    path = getattr(main, "__file__", None)
    if path is None:  # a notebook or prompt: nothing is run anew, nothing can be found there
        return b"__main__" not in held
    if getattr(main, "__spec__", None) is not None:  # python -m
        return True
    try:
        with open(path, encoding="utf-8") as file:
            tree = ast.parse(file.read())
    except (OSError, SyntaxError, ValueError):
        return False
    return any(isinstance(node, ast.If) and "__name__" in ast.dump(node.test) for node in tree.body)


def _shipped(kernel: Kernel, executor: Executor | None) -> Kernel | _Packed:
    if isinstance(executor, ThreadPoolExecutor):
        return kernel
    try:
        held = pickle.dumps(kernel)
    except Exception as error:
        if executor is None or isinstance(executor, ProcessPoolExecutor):
            raise InputError(
                f"this run cannot be sent to other processes ({error}); define the measure at "
                "the top level of a module, or use threads or no executor"
            ) from None
        return kernel  # an executor with a pickle of its own, as Dask's
    return _Packed(held, hashlib.sha256(held).digest())


def _elsewhere(state: _Run, todo: list[int], executor: Executor | None) -> None:
    """Run worlds on an executor; what a dead worker took with it is tried again."""
    packed = _shipped(state.plan.kernel, executor)
    size = max(1, min(64, len(todo) // 256))
    chunks = [tuple(todo[at : at + size]) for at in range(0, len(todo), size)]
    if executor is None:
        with _pool() as own:
            lost, dead = _pass(state, own, packed, chunks, WINDOW)
        executor = own
    else:
        lost, dead = _pass(state, executor, packed, chunks, WINDOW)
    alone = [(number,) for numbers, _ in lost for number in numbers]
    if dead and isinstance(executor, ProcessPoolExecutor):
        _hunt(state, packed, [number for (number,) in alone], executor)
        return
    if alone and not dead:  # one bad world spoils its chunk: each on its own
        lost, dead = _pass(state, executor, packed, alone, WINDOW)
    for numbers, error in lost:
        for number in numbers:
            if not state.is_hopeless:
                state.fail(number, _told(error))


def _pool(like: ProcessPoolExecutor | None = None, workers: int | None = None) -> Any:
    """A pool of new processes, of the kind of another where one is given."""
    context = getattr(like, "_mp_context", None) or multiprocessing.get_context("spawn")
    if workers is None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        workers = min(61, getattr(like, "_max_workers", None) or cores or 1)
    return ProcessPoolExecutor(workers, mp_context=context)


Lost = list[tuple[tuple[int, ...], BaseException]]


def _pass(
    state: _Run,
    executor: Executor,
    packed: Kernel | _Packed,
    chunks: Iterable[tuple[int, ...]],
    window: int,
) -> tuple[Lost, bool]:
    """Send chunks to an executor once; returns those lost, and whether the executor is dead."""
    waiting = deque(chunks)
    flying: dict[Future[list[Outcome]], tuple[int, ...]] = {}
    lost: Lost = []
    death: BaseException | None = None
    try:
        while flying or (waiting and death is None and not state.is_hopeless):
            while waiting and death is None and not state.is_hopeless and len(flying) < window:
                try:
                    flying[executor.submit(_chunk, packed, waiting[0])] = waiting[0]
                except RuntimeError as refusal:  # dead, or shut down
                    death = refusal
                    break
                waiting.popleft()
            if not flying:
                break
            done, _ = wait(flying, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in sorted(done, key=lambda future: flying[future]):
                numbers = flying.pop(future)
                error = future.exception() if not future.cancelled() else death
                if error is None:
                    state.take(future.result())
                    continue
                lost.append((numbers, error))
                if isinstance(error, BrokenExecutor):
                    death = error
    finally:
        for future in flying:
            future.cancel()
    if death is not None:
        lost += [(numbers, death) for numbers in waiting]
    return lost, death is not None


def _hunt(
    state: _Run, packed: Kernel | _Packed, todo: list[int], like: ProcessPoolExecutor
) -> None:
    """Finish what a dead pool left, and find the worlds that kill their worker.

    New pools take one world a worker. Where one of them dies too, the few worlds that it
    held are tried alone, so that the one at fault is named and no other is blamed.
    """
    waiting = deque(todo)
    while waiting and not state.is_hopeless:
        with _pool(like) as pool:
            workers = pool._max_workers
            before = set(state.sheet.numbers) | set(state.failures)
            lost, dead = _pass(state, pool, packed, [(n,) for n in waiting], workers)
        if not dead:
            for (number,), error in lost:
                state.fail(number, _told(error))
            return
        after = set(state.sheet.numbers) | set(state.failures)
        assert before <= after
        rest = [number for number in waiting if number not in after]
        for number in rest[:workers]:
            if state.is_hopeless:
                return
            with _pool(like, 1) as single:
                lost, _ = _pass(state, single, packed, [(number,)], 1)
            for _, error in lost:
                state.fail(number, f"the worker died ({_told(error)})")
        waiting = deque(rest[workers:])
