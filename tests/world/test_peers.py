"""The information network: symmetric, simple, nearest by brute force, and blind to the order of rows."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from scipy.spatial.distance import cdist

from issim.world.peers import PeerOptions, as_networkx, links
from issim.world.state import Firms, Links, World


def neighbours(table: Links) -> list[list[int]]:
    return [table.items[a:b].tolist() for a, b in zip(table.start[:-1], table.start[1:], strict=True)]


def named(table: Links, index: np.ndarray) -> dict[int, list[int]]:
    """The network in terms of firms instead of rows."""
    return {
        int(index[row]): [int(index[peer]) for peer in peers] for row, peers in enumerate(neighbours(table))
    }


def take(firms: Firms, rows: np.ndarray) -> Firms:
    return Firms(*(column[rows] for column in firms))


def test_ties_are_mutual_simple_and_sorted(world: World) -> None:
    ties = neighbours(world.peers)
    for row, peers in enumerate(ties):
        assert row not in peers
        assert len(set(peers)) == len(peers)
        assert all(row in ties[peer] for peer in peers)
        index = world.firms.index[peers]
        assert (np.diff(index) > 0).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_near_ties_are_the_nearest_by_brute_force(world: World, seed: int) -> None:
    rng = np.random.default_rng(seed)
    firms = world.firms._replace(x=rng.normal(0, 1, 400) ** 3, y=rng.uniform(0, 0.2, 400))
    found = neighbours(links(5, firms, PeerOptions(near=4, branch=0, rewired=0)))
    distance = cdist(np.c_[firms.x, firms.y], np.c_[firms.x, firms.y])
    np.fill_diagonal(distance, np.inf)
    wanted: list[set[int]] = [set() for _ in range(400)]
    for i, nearest in enumerate(np.argsort(distance, axis=1)[:, :4]):
        for j in nearest:
            wanted[i].add(int(j))
            wanted[j].add(i)
    assert [sorted(peers) for peers in wanted] == [sorted(peers) for peers in found]


def test_firms_at_one_spot_are_told_apart_by_index(world: World) -> None:
    firms = take(world.firms, np.arange(9))._replace(x=np.zeros(9), y=np.zeros(9))
    found = neighbours(links(5, firms, PeerOptions(near=1, branch=0, rewired=0)))
    assert found == [list(range(1, 9)), [0], [0], [0], [0], [0], [0], [0], [0]]


def test_branch_ties_stay_in_the_branch(world: World) -> None:
    table = links(5, world.firms, PeerOptions(near=0, branch=2, rewired=0))
    owner = np.repeat(np.arange(400), np.diff(table.start))
    assert len(owner) > 800
    assert (world.firms.branch[owner] == world.firms.branch[table.items]).all()


def test_rewired_ties_lead_anywhere(world: World) -> None:
    near = links(5, world.firms, PeerOptions(near=4, branch=0, rewired=0))
    far = links(5, world.firms, PeerOptions(near=4, branch=0, rewired=1))

    def length(table: Links) -> float:
        owner = np.repeat(np.arange(400), np.diff(table.start))
        dx = world.firms.x[owner] - world.firms.x[table.items]
        return float(np.median(np.hypot(dx, world.firms.y[owner] - world.firms.y[table.items])))

    assert length(near) < 0.2 * length(far)


def test_a_mean_number_of_ties_need_not_be_whole(world: World) -> None:
    n_ties = [
        links(s, world.firms, PeerOptions(near=0, branch=0.5, rewired=0)).start[-1] / 2 for s in range(20)
    ]
    assert np.mean(n_ties) == pytest.approx(0.5 * 400, rel=0.05)


def test_no_tie_depends_on_the_order_of_rows(world: World) -> None:
    order = np.random.default_rng(1).permutation(400)
    moved = take(world.firms, order)
    there = named(links(5, moved, PeerOptions()), moved.index)
    assert there == named(links(5, world.firms, PeerOptions()), world.firms.index)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_handful_of_firms_know_each_other(world: World, n: int) -> None:
    found = neighbours(links(5, take(world.firms, np.arange(n)), PeerOptions(rewired=0)))
    assert found == [[j for j in range(n) if j != i] for i in range(n)]


def test_networkx_shows_the_same_network(world: World) -> None:
    graph = as_networkx(world)
    assert graph.number_of_edges() * 2 == len(world.peers.items)
    assert {i: sorted(graph[i]) for i in graph} == dict(enumerate(map(sorted, neighbours(world.peers))))
    assert graph.nodes[7]["branch"] == world.firms.branch[7]


def test_chance_makes_the_world_small(world: World) -> None:
    def steps(rewired: float) -> float:
        graph = as_networkx(
            world._replace(peers=links(5, world.firms, replace(PeerOptions(branch=0), rewired=rewired)))
        )
        largest = graph.subgraph(max(nx.connected_components(graph), key=len))
        return float(nx.average_shortest_path_length(largest)) * (400 / len(largest))

    assert steps(0.3) < 0.7 * steps(0.0)
