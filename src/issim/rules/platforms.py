"""Platforms: each shows its members to each other, and a federation shows them to those of other platforms."""

from __future__ import annotations

from issim.draws import MEETING, Seed, place_word, uniforms
from issim.jit import process
from issim.rules.behaviour import Constants
from issim.rules.exchange import may_meet
from issim.rules.force import in_force, strength_of
from issim.rules.hazard import either, happens
from issim.world.conditions import DATA_QUALITY, FEDERATION, RECALL, Conditions
from issim.world.state import LeverState, State, World


@process
def view(platform: int, firm: int, conditions: Conditions, levers: LeverState, month: int) -> float:
    """How well one platform shows compatible members to one of its members.

        recall * data quality

    For whom  members; levers that nobody joins add to every platform
    Units     per month
    Source    conditions (recall, data_quality)
    Keeps     no platform has anything of another's recall or data
    """
    recall, quality = 0.0, 0.0
    for lever in range(conditions.key.shape[0]):
        joins = conditions.joins[lever]
        if joins != 0 and joins != 1 << platform:
            continue
        if conditions.effect[lever, RECALL] > 0.0:
            strength = strength_of(conditions, levers, lever, RECALL, firm, month)
            recall += conditions.effect[lever, RECALL] * strength
        if conditions.effect[lever, DATA_QUALITY] > 0.0:
            strength = strength_of(conditions, levers, lever, DATA_QUALITY, firm, month)
            quality = either(quality, min(1.0, conditions.effect[lever, DATA_QUALITY] * strength))
    return recall * quality


@process
def opened(firm: int, conditions: Conditions, levers: LeverState, month: int) -> float:
    """The share of their recall that platforms open to each other for one firm, reached by a federation or not."""
    total = 0.0
    if conditions.used[FEDERATION] == 1:
        for lever in range(conditions.key.shape[0]):
            size = conditions.effect[lever, FEDERATION]
            if size > 0.0 and conditions.target[lever, firm] == 1:
                total = either(total, min(1.0, size * in_force(conditions, levers, lever, month)))
    return total


@process
def set_views(state: State, conditions: Conditions, month: int) -> None:
    """Write into `work.views` how well each platform serves each firm, and in the last row what is federated.

        federated = share opened * the best view of the firm's own platforms

    For whom  members that search, and all members where there is a federation; 0 for others
    Units     per month
    Source    view, opened
    Keeps     nothing is federated without a federation
    """
    views, members, searching = state.work.views, state.firms.member, state.firms.searching
    last = views.shape[0] - 1
    views[:, :] = 0.0
    for firm in range(views.shape[1]):
        if members[firm] == 0 or (searching[firm] == 0 and conditions.used[FEDERATION] == 0):
            continue
        best = 0.0
        for platform in range(last):
            if (members[firm] >> platform) & 1:
                views[platform, firm] = view(platform, firm, conditions, state.levers, month)
                best = max(best, views[platform, firm])
        views[last, firm] = best * opened(firm, conditions, state.levers, month)


@process
def platform_sight(pair: int, firm: int, world: World, state: State) -> float:
    """How well platforms show a pair to one of its two firms.

        compatibility * max(sum of views of the platforms both are on, the lesser of what is federated)

    For whom  a candidate of a member
    Units     per month
    Source    set_views
    Keeps     0 for members of separate platforms, unless federated; a federation hides nobody
    """
    other = world.pairs.donor[pair] + world.pairs.receiver[pair] - firm
    views = state.work.views
    last = views.shape[0] - 1
    shared = state.firms.member[firm] & state.firms.member[other]
    seen = 0.0
    for platform in range(last):
        if (shared >> platform) & 1:
            seen += views[platform, firm]
    return float(world.pairs.compatibility[pair]) * max(seen, min(views[last, firm], views[last, other]))


@process
def platform_contact(
    firm: int, world: World, state: State, behaviour: Constants, seed: Seed, month: int
) -> int:
    """The candidate that a platform shows to a firm this month, or -1.

        hazard = sum of platform sight over candidates * barriers at stage B, if what is listed is worth a look:
        sum of compatibility over the candidates that platforms show >= platform_use

    For whom  searching members; at most one new partner a month each
    Units     per month; platform_use in fully compatible partners
    Source    platform_sight; behaviour.platform_use
    Keeps     -1 for a firm of whose candidates too few are members; a further member hides nobody
    """
    links, firms = world.firm_pairs, state.firms
    if firms.member[firm] == 0 or firms.searching[firm] == 0:
        return -1
    total, listed = 0.0, 0.0
    for k in range(links.start[firm], links.start[firm + 1]):
        sight = platform_sight(links.items[k], firm, world, state)
        if sight > 0.0:
            listed += float(world.pairs.compatibility[links.items[k]])
            if may_meet(links.items[k], state.pairs, month):
                total += sight
    if listed < behaviour.platform_use:
        return -1
    draw = uniforms(
        seed, MEETING, month, world.firms.index[firm], 0, place_word(world.firms.region[firm], 0, 0, 1)
    )
    if not happens(draw[0], firms.factor[1, firm] * total):
        return -1
    target, total = draw[1] * total, 0.0
    for k in range(links.start[firm], links.start[firm + 1]):
        if may_meet(links.items[k], state.pairs, month):
            total += platform_sight(links.items[k], firm, world, state)
            if total > target:
                return links.items[k]
    return -1
