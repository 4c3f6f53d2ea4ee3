"""Balance beyond triangles: cycles of a length, closed walks, the signed Laplacian."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from stancekit.arrays import array_key, held_real
from stancekit.chance import generator_of
from stancekit.errors import InputError
from stancekit.signed.graph import SignedGraph

__all__ = [
    "Conflict",
    "CycleCount",
    "WalkBalance",
    "algebraic_conflict",
    "cycles",
    "walks",
]


@frozen
class CycleCount:
    """Cycles of one length, by balance.

    Attributes
    ----------
    length, total, balanced : int
        Edges of a cycle; how many such cycles there are; how many have an even number of
        negative edges.

    Examples
    --------
    >>> CycleCount(length=3, total=4, balanced=1).unbalanced
    3
    """

    length: int
    total: int
    balanced: int

    @property
    def unbalanced(self) -> int:
        """Cycles with an odd number of negative edges."""
        return self.total - self.balanced

    @property
    def share_balanced(self) -> float:
        """``balanced / total``; nan where there is no such cycle."""
        return self.balanced / self.total if self.total else float("nan")


def cycles(graph: SignedGraph, length: int) -> CycleCount:
    r"""Count the cycles of three, four or five edges exactly, by balance; weights play no part.

    Closed walks that are no cycles run over some edge twice and are positive without it, so the
    formulas of Harary and Manvel [1]_ for :math:`|A|` hold for the signed :math:`A` as well, where
    they give balanced minus unbalanced: :math:`\operatorname{tr} A^3 / 6`;
    :math:`(\operatorname{tr} A^4 - 2 \sum d_i^2 + 2 m) / 8`;
    :math:`(\operatorname{tr} A^5 - 5 \sum (d_i - 1) (A^3)_{ii}) / 10`.

    Raises
    ------
    InputError
        Another length.

    Notes
    -----
    Blind to all cycles of other lengths.  Cost: sparse products of the adjacency matrix.

    References
    ----------
    .. [1] Harary, F. and Manvel, B. (1971). "On the number of cycles in a graph".
       *Matematicky casopis* 21(1), 55-63.

    Examples
    --------
    A state and its ally disagree about one of two claimants:

    >>> square = SignedGraph.from_edges(4, [(0, 2, 1), (0, 3, -1), (1, 2, 1), (1, 3, 1)])
    >>> cycles(square, 4)
    CycleCount(length=4, total=1, balanced=0)
    """
    if not isinstance(length, int | np.integer) or length not in (3, 4, 5):
        raise InputError(f"length={length!r}; accepted are 3, 4 and 5")
    signed = SignedGraph(graph.order, graph.edges, graph.signs, np.ones(graph.size)).adjacency()
    total, net = (_cycle_sum(a.astype(np.int64), length) for a in (abs(signed), signed))
    return CycleCount(length, total, (total + net) // 2)


def _cycle_sum(a: Any, length: int) -> int:
    """Sum over cycles of the product of their entries, all of which are +1, -1 or 0."""
    degree = np.asarray(abs(a).sum(axis=1), dtype=np.int64)
    square = a @ a
    if length == 4:
        walks_ = int((square.data.astype(np.int64) ** 2).sum())
        return (walks_ - 2 * int((degree**2).sum()) + int(degree.sum())) // 8
    closed = np.asarray(square.multiply(a).sum(axis=1), dtype=np.int64)
    if length == 3:
        return int(closed.sum()) // 6
    walks_ = int((square @ a).multiply(square).sum())
    return (walks_ - 5 * int(((degree - 1) * closed).sum())) // 10


@frozen(kw_only=True)
class WalkBalance:
    """Balanced against unbalanced closed walks.

    Attributes
    ----------
    degree : float
        In (0, 1]; 1 exactly for a balanced graph.
    error : float
        Standard error of ``degree`` where it was sampled; 0.0 where it is exact.
    by_vertex : (n,) float64 array
        The same for the closed walks through each vertex; nan where ``degree`` was sampled.

    Examples
    --------
    >>> walks(SignedGraph.from_edges(2, [(0, 1, -1)])).error
    0.0
    """

    degree: float
    error: float
    by_vertex: NDArray[np.float64] = field(eq=array_key, converter=held_real)


_DENSE = 2000  # vertices up to which all eigenvalues are taken
_STEEPEST = 1e6  # exponents up to which their rounding, relative to 2^-52, is no matter
_PROBES = 64
_KRYLOV = 40
_RESTARTS = 500  # of Lanczos, before the matrix is factored


def walks(
    graph: SignedGraph, *, beta: float = 1.0, rng: int | np.random.Generator = 0
) -> WalkBalance:
    r"""Compare balanced with unbalanced closed walks, long ones counting less.

    .. math:: K = \frac{\operatorname{tr} e^{\beta A}}{\operatorname{tr} e^{\beta |A|}}, \qquad
              K_i = \frac{(e^{\beta A})_{ii}}{(e^{\beta |A|})_{ii}}

    with :math:`A` the signed weights: a closed walk of :math:`k` steps counts
    :math:`\beta^k / k!`, positive or negative by the product of its signs [1]_.

    Parameters
    ----------
    graph : SignedGraph
    beta : float
        Positive; larger gives long walks more weight.
    rng : int or numpy.random.Generator
        Of the probes, on more than 2,000 vertices.

    Returns
    -------
    WalkBalance
        Exact to rounding up to 2,000 vertices; beyond, from Lanczos quadrature over random
        probes, with a standard error.

    Raises
    ------
    InputError
        ``beta`` is not positive and finite, or so large, with these weights, that rounding
        would decide.

    Notes
    -----
    Walks that go back and forth on an edge are balanced whatever its sign, so sparse graphs look
    balanced; on dense large ones the leading eigenvalue decides, and the degree says little more
    than whether the largest dense part is balanced.  Compare only graphs of like density.

    References
    ----------
    .. [1] Estrada, E. and Benzi, M. (2014). "Walk-based measure of balance in signed networks:
       Detecting lack of balance in social networks". *Physical Review E* 90, 042802.
       doi:10.1103/PhysRevE.90.042802

    Examples
    --------
    >>> allies = SignedGraph.from_edges(3, [(0, 1, 1), (1, 2, -1), (0, 2, -1)])
    >>> round(walks(allies).degree, 12)
    1.0
    >>> rivals = SignedGraph.from_edges(3, [(0, 1, -1), (1, 2, -1), (0, 2, -1)])
    >>> round(walks(rivals).degree, 4)
    0.6858
    >>> walks(SignedGraph.from_edges(0, [])).degree
    1.0
    """
    if not (isinstance(beta, int | float | np.floating) and 0 < beta < np.inf):
        raise InputError(f"beta={beta!r}; accepted is a positive finite number")
    n = graph.order
    label = graph.components()
    torn = _torn_components(graph, label)
    if not torn.any():  # A and |A| have the same eigenvalues
        by_vertex = np.ones(n) if n <= _DENSE else np.full(n, np.nan)
        return WalkBalance(degree=1.0, error=0.0, by_vertex=by_vertex)
    most = float(beta) * float(graph.weights.max()) * int(np.bincount(graph.edges.ravel()).max())
    if most > _STEEPEST:
        raise InputError(
            f"beta={beta!r} times the weights of a vertex is up to {most:.3g}; beyond "
            f"{_STEEPEST:g} rounding would decide: give a smaller beta, or divide the weights"
        )
    signed = graph.adjacency()
    signed.data *= float(beta)
    if n <= _DENSE:
        return _by_eigenvalues(signed, label, torn)
    generator = generator_of(rng)
    shift = _lanczos(abs(signed), np.ones(n), _KRYLOV)[0].max()
    pairs = []
    for _ in range(_PROBES):
        probe = generator.choice([-1.0, 1.0], n)
        pairs.append([_quadrature(a, probe, shift) for a in (signed, abs(signed))])
    top, bottom = np.array(pairs).T
    degree = top.sum() / bottom.sum()
    error = np.std(top - degree * bottom, ddof=1) / (bottom.mean() * np.sqrt(_PROBES))
    return WalkBalance(degree=float(degree), error=float(error), by_vertex=np.full(n, np.nan))


def _by_eigenvalues(signed: Any, label: NDArray[np.int64], torn: NDArray[np.bool_]) -> WalkBalance:
    """From all eigenvalues, component by component: one far below another would underflow."""
    by_vertex = np.ones(len(label))
    parts = np.split(np.argsort(label, kind="stable"), np.cumsum(np.bincount(label))[:-1])
    top, balanced, whole = np.zeros((3, len(parts)))
    for c, inside in enumerate(parts):
        part = signed[inside][:, inside].toarray()
        above, rays = np.linalg.eigh(abs(part))
        top[c] = above[-1]
        every = (rays**2) @ np.exp(above - top[c])
        balanced[c] = whole[c] = every.sum()
        if torn[c]:
            values, vectors = np.linalg.eigh(part)
            # no eigenvalue of A exceeds the largest of |A|, but for rounding
            held = (vectors**2) @ np.exp(np.minimum(values - top[c], 0.0))
            by_vertex[inside] = np.minimum(held / every, 1.0)
            balanced[c] = held.sum()
    share = np.exp(top - top.max())
    degree = float((share @ balanced) / (share @ whole))
    return WalkBalance(degree=min(degree, 1.0), error=0.0, by_vertex=by_vertex)


def _lanczos(a: Any, start: NDArray[np.float64], steps: int) -> tuple[Any, Any]:
    """Ritz values of a symmetric matrix from a start, and the weights of the start on them."""
    basis = np.zeros((steps, len(start)))
    diagonal, beside = [], []
    vector = start / np.linalg.norm(start)
    for k in range(steps):
        basis[k] = vector
        image = a @ vector
        diagonal.append(float(vector @ image))
        for _ in range(2):  # twice is enough to keep the basis orthogonal
            image -= basis[: k + 1].T @ (basis[: k + 1] @ image)
        norm = float(np.linalg.norm(image))
        if norm < 1e-10 or k + 1 == steps:
            break
        beside.append(norm)
        vector = image / norm
    size = len(diagonal)
    beside = beside[: size - 1]
    values, rays = np.linalg.eigh(np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1))
    return values, rays[0] ** 2


def _quadrature(a: Any, probe: NDArray[np.float64], shift: float) -> float:
    """Gauss quadrature of ``probe' exp(a - shift) probe``."""
    values, weights = _lanczos(a, probe, _KRYLOV)
    return float(probe @ probe * (weights @ np.exp(values - shift)))


@frozen
class Conflict:
    """Least eigenvalue of the signed Laplacian of each component.

    Attributes
    ----------
    by_component : (c,) float64 array
        0 exactly for a balanced component; in the order of `SignedGraph.components`.

    Examples
    --------
    >>> Conflict([0.0, 1.0]).least
    0.0
    """

    by_component: NDArray[np.float64] = field(eq=array_key, converter=held_real)

    @property
    def least(self) -> float:
        """Over the whole graph: 0 as soon as one component is balanced; nan without vertices."""
        return float(self.by_component.min()) if len(self.by_component) else float("nan")


def algebraic_conflict(graph: SignedGraph) -> Conflict:
    r"""Least eigenvalue of the signed Laplacian :math:`\bar D - A`, component by component.

    It is 0 for a balanced component and positive for any other [1]_: the least of
    :math:`\sum w_{uv} (x_u - \sigma_{uv} x_v)^2` over unit vectors, so camps with fractional
    membership.

    Returns
    -------
    Conflict
        Exact to rounding for components of up to 2,000 vertices; by Lanczos iteration beyond.

    Notes
    -----
    A lower bound in disguise: four times the frustration is at least the number of vertices times
    this value.  Small for any large sparse component, whatever its signs: one poorly tied part
    sets it.

    References
    ----------
    .. [1] Kunegis, J. et al. (2010). "Spectral analysis of signed graphs for clustering,
       prediction and visualization". *SDM 2010*, 559-570. doi:10.1137/1.9781611972801.49

    Examples
    --------
    >>> rivals = SignedGraph.from_edges(4, [(0, 1, -1), (1, 2, -1), (0, 2, -1)])
    >>> algebraic_conflict(rivals).by_component.round(6).tolist()
    [1.0, 0.0]
    """
    from scipy.sparse import diags_array

    label = graph.components()
    found = np.zeros(int(label.max(initial=-1)) + 1)
    signed = graph.adjacency()
    # by a power of two, which rounds nothing, and no sum of weights overflows
    power = int(np.frexp(graph.weights.max(initial=1.0))[1]) + graph.order.bit_length()
    signed.data = np.ldexp(signed.data, -power)
    laplacian = (diags_array(np.asarray(abs(signed).sum(axis=1))) - signed).tocsr()
    unbalanced = _torn_components(graph, label)
    for c in np.flatnonzero(unbalanced).tolist():
        inside = np.flatnonzero(label == c)
        part = laplacian[inside][:, inside]
        if len(inside) <= _DENSE:
            least = float(np.linalg.eigvalsh(part.toarray())[0])
        else:
            least = _least_eigenvalue(part)
        found[c] = max(np.ldexp(least, power), 0.0)
    return Conflict(found)


def _least_eigenvalue(part: Any) -> float:
    """Of a large positive definite matrix, by Lanczos; of its inverse where that is slow."""
    from scipy.sparse.linalg import ArpackNoConvergence, eigsh

    start = np.random.default_rng(0).standard_normal(part.shape[0])
    ask = {"k": 1, "v0": start, "return_eigenvectors": False}
    try:
        return float(eigsh(part, which="SA", maxiter=_RESTARTS, **ask)[0])
    except ArpackNoConvergence:
        # long and sparse, such as a ring: its factors are sparse, too
        return float(eigsh(part, sigma=0.0, which="LM", **ask)[0])


def _torn_components(graph: SignedGraph, label: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which components are unbalanced: where their two sheets in the double cover are one."""
    n = graph.order
    u, v = graph.edges.T
    across = np.where(graph.signs < 0, n, 0)
    ends = np.concatenate([u, u + n]), np.concatenate([v + across, v + n - across])
    cover = SignedGraph.from_arrays(2 * n, np.stack(ends, axis=1), np.ones(2 * len(u)))
    sheet = cover.components()
    torn = np.zeros(int(label.max(initial=-1)) + 1, dtype=bool)
    torn[label[sheet[:n] == sheet[n:]]] = True
    return torn
