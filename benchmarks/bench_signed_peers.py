"""What a user would otherwise pick for signed graphs: published programs, annealers, libraries."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import itertools

import numpy as np
from attrs import frozen

from stancekit.signed import balance

LIMIT = 2000  # variables, and constraints, that gurobipy admits without a licence


def installed(module, package=None):
    """Version of a peer, or None."""
    found = importlib.util.find_spec(module.split(".")[0]) and importlib.util.find_spec(module)
    return importlib.metadata.version(package or module) if found else None


def versions():
    peers = {
        "igraph": "igraph",
        "leidenalg": "leidenalg",
        "dwave.samplers": "dwave-samplers",
        "gurobipy": "gurobipy",
        "networkx": "networkx",
        "numba": "numba",
        "scipy": "scipy",
        "numpy": "numpy",
    }
    return {package: installed(module, package) for module, package in peers.items()}


@frozen(eq=False)
class Program:
    """Minimise ``cost @ x + constant``, ``low <= matrix @ x <= high``, x in [0, 1]."""

    cost: np.ndarray
    constant: float
    matrix: object
    low: np.ndarray
    high: np.ndarray
    whole: np.ndarray

    @property
    def fits(self):
        return max(self.matrix.shape) <= LIMIT


class _Rows:
    """Rows of a sparse matrix, many alike at a time."""

    def __init__(self):
        self.entries, self.low, self.high, self.count = [], [], [], 0

    def add(self, entries, low, high):
        size = len(entries[0][0])
        row = np.arange(self.count, self.count + size)
        self.entries += [(row, column, np.full(size, float(value))) for column, value in entries]
        self.low.append(np.broadcast_to(low, size))
        self.high.append(np.broadcast_to(high, size))
        self.count += size

    def done(self, columns, cost, constant, whole):
        from scipy.sparse import csr_array

        row, column, value = (np.concatenate(x) for x in zip(*self.entries))
        matrix = csr_array((value, (row, column)), shape=(self.count, columns))
        low, high = np.concatenate(self.low), np.concatenate(self.high)
        return Program(cost, constant, matrix, low, high, whole)


def _unbalanced(graph):
    """Rows of the edges, and corners, of each triangle with an odd number of negative edges."""
    a, b, c = balance.triangles(graph).vertices.T
    rows = np.stack([graph.locate(a, b), graph.locate(a, c), graph.locate(b, c)])
    odd = graph.signs[rows].prod(axis=0) < 0
    return rows[:, odd], (a[odd], b[odd], c[odd])


def and_model(graph, triangles=True):
    """The AND model of Aref, Mason and Wilson (2020), doi:10.1002/net.21907.

    One binary x for each vertex and x_e = x_u AND x_v for each edge; the frustration of an edge is
    x_u + x_v - 2 x_e if it is positive and one minus that if it is negative.
    """
    n, m = graph.order, graph.size
    u, v, sign = graph.edges[:, 0], graph.edges[:, 1], graph.signs
    each, rows = np.arange(m), _Rows()
    plus, minus = sign > 0, sign < 0
    rows.add([(n + each[plus], 1), (u[plus], -1)], -np.inf, 0)
    rows.add([(n + each[plus], 1), (v[plus], -1)], -np.inf, 0)
    rows.add([(n + each[minus], 1), (u[minus], -1), (v[minus], -1)], -1, np.inf)
    if triangles:
        sides, (a, b, c) = _unbalanced(graph)
        signs = sign[sides]
        for s in itertools.product((-1, 1), repeat=3):
            pick = (signs == np.array(s)[:, None]).all(axis=0)
            if not pick.any():
                continue
            entries = []
            for edge, (x, y), t in zip(sides, ((a, b), (a, c), (b, c)), s):
                entries += [(x[pick], t), (y[pick], t), (n + edge[pick], -2 * t)]
            rows.add(entries, 1 - s.count(-1), np.inf)
    cost = np.concatenate(
        [np.bincount(np.concatenate([u, v]), np.concatenate([sign, sign]), n), -2.0 * sign]
    )
    whole = np.concatenate([np.ones(n), np.zeros(m)])
    return rows.done(n + m, cost, float(minus.sum()), whole)


def xor_model(graph, triangles=True):
    """The XOR model of Aref, Mason and Wilson (2020), doi:10.1002/net.21907.

    One binary x for each vertex and the frustration f of each edge: f >= x_u - x_v and
    f >= x_v - x_u if it is positive, f >= x_u + x_v - 1 and f >= 1 - x_u - x_v if it is negative.
    """
    n, m = graph.order, graph.size
    u, v = graph.edges.T
    each, rows = np.arange(m), _Rows()
    plus, minus = graph.signs > 0, graph.signs < 0
    for t in (1, -1):
        rows.add([(n + each[plus], 1), (u[plus], -t), (v[plus], t)], 0, np.inf)
        rows.add([(n + each[minus], 1), (u[minus], -t), (v[minus], -t)], -t, np.inf)
    if triangles:
        sides, _ = _unbalanced(graph)
        rows.add([(n + side, 1) for side in sides], 1, np.inf)
    cost = np.concatenate([np.zeros(n), np.ones(m)])
    return rows.done(n + m, cost, 0.0, np.concatenate([np.ones(n), np.zeros(m)]))


def by_milp(program, seconds):
    """Optimum by HiGHS, one thread, through scipy; None where the time is up."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    answer = milp(
        program.cost,
        constraints=LinearConstraint(program.matrix, program.low, program.high),
        integrality=program.whole,
        bounds=Bounds(0, 1),
        options={"time_limit": seconds, "mip_rel_gap": 0},
    )
    return round(answer.fun + program.constant) if answer.status == 0 else None


def by_gurobi(program, seconds, priority):
    """Optimum by Gurobi, one thread; None where the time is up.

    Branching prefers vertices of high degree, as in the paper.
    """
    import gurobipy

    with gurobipy.Env(empty=True) as quiet:
        quiet.setParam("OutputFlag", 0)
        quiet.start()
        with gurobipy.Model(env=quiet) as model:
            model.Params.Threads, model.Params.TimeLimit, model.Params.MIPGap = 1, seconds, 0
            kind = np.where(program.whole > 0, "B", "C")
            x = model.addMVar(len(program.cost), ub=1, vtype=kind, obj=program.cost)
            model.ObjCon = program.constant
            x.BranchPriority = np.where(program.whole > 0, priority, 0).astype(np.int64)
            for bound, sense in ((program.low, ">"), (program.high, "<")):
                held = np.isfinite(bound)
                model.addMConstr(program.matrix[held], x, sense, bound[held])
            model.optimize()
            return round(model.ObjVal) if model.Status == gurobipy.GRB.OPTIMAL else None


def priority(graph):
    """Degrees, and nothing for the edges."""
    degree = np.bincount(graph.edges.ravel(), minlength=graph.order)
    return np.concatenate([degree, np.zeros(graph.size, dtype=np.int64)])


def ising(graph):
    """The graph as a model of dimod: lowest energy means least frustration."""
    import dimod

    u, v = graph.edges.T
    quadratic = (u, v, -graph.signs * graph.weights)
    return dimod.BinaryQuadraticModel.from_numpy_vectors(
        np.zeros(graph.order), quadratic, 0, "SPIN"
    )


def by_dwave(model, sweeps):
    """Camps by one read of simulated annealing, the sampler's own schedule."""
    from dwave.samplers import SimulatedAnnealingSampler

    found = SimulatedAnnealingSampler().sample(model, num_reads=1, num_sweeps=sweeps, seed=0)
    side = np.ones(len(found.variables), dtype=np.int8)
    side[list(found.variables)] = found.record.sample[0]
    return side


def as_igraph(graph):
    import igraph

    peer = igraph.Graph(n=graph.order, edges=graph.edges.tolist())
    peer.es["weight"] = (graph.signs * graph.weights).tolist()
    return peer


def by_leiden(peer, seed):
    """Labels that leave few ties contradicted: CPM at resolution 0 on signed weights."""
    import leidenalg

    found = leidenalg.find_partition(
        peer,
        leidenalg.CPMVertexPartition,
        weights="weight",
        resolution_parameter=0,
        n_iterations=-1,
        seed=seed,
    )
    return np.array(found.membership)


def census_by_igraph(peer, graph):
    """Triangles by number of negative edges: listed by igraph, their signs looked up in numpy."""
    listed = np.sort(np.array(peer.list_triangles()), axis=1)
    code = graph.edges[:, 0] * graph.order + graph.edges[:, 1]
    negative = np.zeros(len(listed), dtype=np.int64)
    for x, y in ((0, 1), (0, 2), (1, 2)):
        row = np.searchsorted(code, listed[:, x] * graph.order + listed[:, y])
        negative += graph.signs[row] < 0
    return np.bincount(negative, minlength=4).tolist()


def as_networkx(graph):
    import networkx

    peer = networkx.Graph()
    peer.add_nodes_from(range(graph.order))
    peer.add_weighted_edges_from(zip(*graph.edges.T.tolist(), graph.signs.tolist()), weight="sign")
    return peer


def census_by_networkx(peer):
    """The same as plain Python over a networkx graph: common neighbours of every edge."""
    counts = [0, 0, 0, 0]
    for a, b, sign in peer.edges(data="sign"):
        small, large = sorted((peer.adj[a], peer.adj[b]), key=len)
        for c, first in small.items():
            if c in large:
                signs = (sign, first["sign"], large[c]["sign"])
                counts[signs.count(-1)] += 1
    return [count // 3 for count in counts]
