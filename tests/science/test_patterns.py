"""Published patterns at reduced size: the rules of judgement on real runs, on known answers, and on what must fail."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from numpy.typing import NDArray
from patterns import climates, curves, degrees, order, page, pairing, saturation, threshold
from patterns.pattern import Check, Pattern, verdict

from issim.analysis.effects import variance_ratio
from issim.model.resilience import gini
from issim.plots.style import Provenance

Floats = NDArray[np.float64]
PATTERNS = [module.PATTERN for module in (threshold, degrees, order, climates, saturation, pairing)]
#: Seeds that suffice for the checks named in the tests; what needs more is judged at full size only.
SEEDS = {"threshold": 12, "degrees": 40, "order": 16, "climates": 16, "saturation": 4, "pairing": 24}
#: What else is made smaller.
SMALLER = {"saturation": ("population.n_firms=300",)}
ABOUT = Provenance("mixed", 1000, 12, "0")


@pytest.fixture(scope="module")
def tables() -> Callable[[Pattern], pd.DataFrame]:
    """The runs of a pattern at reduced size, made once."""
    made: dict[str, pd.DataFrame] = {}

    def of(chosen: Pattern) -> pd.DataFrame:
        if chosen.name not in made:
            settings = chosen.plan(SEEDS[chosen.name], *SMALLER.get(chosen.name, ())).settings
            made[chosen.name] = chosen.measure(settings, lambda: None)
        return made[chosen.name]

    return of


def passed(chosen: Pattern, table: pd.DataFrame) -> list[bool]:
    """Which rules of a pattern are met."""
    return [check.passed for check in chosen.judge(table)]


# what holds at reduced size


def test_a_platform_brings_more_per_member_the_more_members_it_has(
    tables: Callable[[Pattern], pd.DataFrame],
) -> None:
    found = tables(threshold.PATTERN)
    assert passed(threshold.PATTERN, found)[0]
    started = threshold.per_member(found, threshold.MATCHING, "started")
    assert curves.slope(started, threshold.SHARES).low > 0.0


def test_facilitation_flattens_the_distribution_of_partners(
    tables: Callable[[Pattern], pd.DataFrame],
) -> None:
    assert passed(degrees.PATTERN, tables(degrees.PATTERN))[0]


def test_two_orders_of_the_same_levers_end_apart(tables: Callable[[Pattern], pd.DataFrame]) -> None:
    assert passed(order.PATTERN, tables(order.PATTERN)) == [True, True, True]


def test_tax_and_payment_help_in_every_climate(tables: Callable[[Pattern], pd.DataFrame]) -> None:
    assert passed(climates.PATTERN, tables(climates.PATTERN))[:2] == [True, True]


def test_adoption_stays_low_where_ghalis_rule_saturates(tables: Callable[[Pattern], pd.DataFrame]) -> None:
    assert passed(saturation.PATTERN, tables(saturation.PATTERN)) == [True, True, True]


def test_pairing_pays_in_every_contrast(tables: Callable[[Pattern], pd.DataFrame]) -> None:
    found = tables(pairing.PATTERN)
    assert [pairing.saving(found, policy, "adopters").mean > 1.0 for policy in pairing.POLICIES] == [True] * 8
    assert pairing.saving(found, "training", "adopters").low > 1.5


@pytest.mark.parametrize("chosen", PATTERNS, ids=lambda chosen: chosen.name)
def test_every_pattern_is_drawn_and_told_from_its_table(
    chosen: Pattern, tables: Callable[[Pattern], pd.DataFrame]
) -> None:
    found = tables(chosen)
    assert isinstance(chosen.draw(found, ABOUT), Figure)
    words = page.section(chosen, found)
    assert f"**Verdict: {verdict(chosen.judge(found))}.**" in words
    assert not re.search(r"\bnan\b", words)
    read_again = pd.DataFrame({name: found[name].to_numpy() for name in found})
    assert page.section(chosen, read_again) == words


# what must fail does


def test_without_an_effect_no_rule_of_an_effect_is_met(tables: Callable[[Pattern], pd.DataFrame]) -> None:
    """Under tables in which a policy changes nothing."""
    found = tables(climates.PATTERN)
    alone = found[found["policy"] == "none"].set_index(["seed", "volatility", "interruption"])["adopters"]
    same = found.assign(adopters=alone.loc[pd.MultiIndex.from_frame(found.iloc[:, :3])].to_numpy())
    assert passed(climates.PATTERN, same) == [False] * 4
    histories = tables(order.PATTERN)
    one = histories.groupby(["seed", "couple", "month"])["operating"].transform("mean")
    assert passed(order.PATTERN, histories.assign(operating=one)) == [True, False, False]
    nets = tables(degrees.PATTERN)
    level = nets.assign(thinned=0.1, early=0.1)
    assert passed(degrees.PATTERN, level) == [False, False]


def test_adoption_that_saturates_is_not_called_low(tables: Callable[[Pattern], pd.DataFrame]) -> None:
    found = tables(saturation.PATTERN)
    assert passed(saturation.PATTERN, found.assign(share=0.97)) == [False, False, True]
    assert passed(saturation.PATTERN, found.assign(share=0.2)) == [True, True, False]


def test_unpaired_runs_save_nothing(tables: Callable[[Pattern], pd.DataFrame]) -> None:
    """Outcomes of one seed set beside those of another: a saving of one lies within the interval."""
    found = tables(pairing.PATTERN)
    strange = found.copy()
    is_base = strange["policy"] == pairing.NONE
    strange.loc[is_base, "adopters"] = np.roll(found.loc[is_base, "adopters"].to_numpy(), 1)
    saving = pairing.saving(strange, "training", "adopters")
    assert saving.low < 1.0 < saving.high
    assert not pairing.judge(strange)[0].passed


def test_a_verdict_is_what_the_rules_add_up_to() -> None:
    yes, no = Check("", "", True), Check("", "", False)
    assert [verdict(checks) for checks in ([yes, yes], [yes, no], [no, no])] == [
        "holds",
        "holds in part",
        "does not hold",
    ]


# the measures against known answers


def hinge(kink: float, noise: float, n_seeds: int = 200) -> Floats:
    """Curves that are nil below a share and rise by 10 per unit above, with noise."""
    random = np.random.default_rng(5)
    return 10.0 * np.maximum(0.0, threshold.SHARES - kink) + noise * random.standard_normal(
        (n_seeds, len(threshold.SHARES))
    )


@pytest.mark.parametrize("at", [0.2, 0.35, 0.5])
def test_a_kink_is_found_where_it_is(at: float) -> None:
    found = curves.kink(hinge(at, 1.0), threshold.SHARES)
    assert found.low - 0.01 <= at <= found.high + 0.01
    assert found.high - found.low < 0.15


def test_a_line_through_the_origin_has_no_kink_above_it() -> None:
    found = curves.kink(hinge(0.0, 1.0), threshold.SHARES)
    assert found.low <= 0.0 <= found.high + 0.01
    assert curves.kink(2.0 + hinge(0.0, 1.0), threshold.SHARES).high < 0.0


def test_slope_and_crossing_by_hand() -> None:
    shares = threshold.SHARES
    line = np.array([4.0, 6.0])[:, None] * shares + 1.0
    # the two seeds' slopes are 4 and 6: mean 5, standard error 1, t(0.95; 1) = 6.313752
    assert curves.slope(line, shares) == pytest.approx((5.0, 5.0 - 6.313752, 5.0 + 6.313752))
    assert curves.crossing(np.array([-1.0, 1.0, 2.0]), np.array([0.1, 0.2, 0.3])) == pytest.approx(0.15)
    assert curves.crossing(np.array([1.0, -1.0, 1.0]), np.array([0.1, 0.2, 0.3])) == pytest.approx(0.25)
    assert curves.crossing(np.array([-1.0, -1.0]), np.array([0.1, 1.0])) == 1.0
    assert curves.crossing(np.array([1.0, 1.0]), np.array([0.1, 1.0])) == 0.1


def test_thinning_compares_networks_at_equal_numbers() -> None:
    """Two ties of a star always share a firm; two of the eight of a ring do with chance 2/7."""
    star = np.array([[0, k] for k in range(1, 9)], np.int32)
    ring = np.array([[k, (k + 1) % 8] for k in range(8)], np.int32)
    shared = gini(np.array([1, 1, 2]))
    assert degrees.thin(star, 2, 1)[0] == pytest.approx(shared)
    many = [degrees.thin(ring, 2, seed)[0] for seed in range(200)]
    assert np.mean(many) == pytest.approx(shared * 2 / 7, rel=0.1)
    assert degrees.thin(ring, 8, 1)[0] == degrees.gini_of(ring) == 0.0
    value, shares = degrees.thin(ring, 9, 1)
    assert np.isnan([value, *shares]).all()


def test_partners_are_counted_once_however_many_goods() -> None:
    assert degrees.partners(np.array([[0, 1], [1, 0], [1, 2]], np.int32)).tolist() == [1, 2, 1]


def test_the_saving_is_one_over_one_minus_the_correlation() -> None:
    random = np.random.default_rng(3)
    x, noise = random.standard_normal((2, 2000))
    y = 0.8 * x + 0.6 * noise  # correlation 0.8 at equal variances: five times the runs
    policies = {pairing.NONE: x, "training": y}
    runs = pd.DataFrame(
        [{"seed": k, "policy": p, "adopters": v} for p, z in policies.items() for k, v in enumerate(z)]
    )
    found = pairing.saving(runs, "training", "adopters")
    assert found.low < 5.0 < found.high
    assert found.mean == pytest.approx(5.0, rel=0.05)
    assert found.mean == 1.0 / variance_ratio(x, y)


def test_both_orders_have_the_same_levels_in_the_end_and_others_before() -> None:
    first, second = (
        order.history(*names) for names in (("landfill_tax", "facilitator"), ("facilitator", "landfill_tax"))
    )
    for one in (first, second):
        schedules = {lever.name: lever.schedule(120) for lever in one.levers}
        late = next(name for name in schedules if name != one.name.split()[0])
        assert (schedules[late][: order.JOINED] == 0.0).all()
        assert all((schedule[order.JOINED :] == 1.0).all() for schedule in schedules.values())


def test_constants_are_drawn_within_their_priors_and_by_seed() -> None:
    usual = saturation.PATTERN.plan(1).settings.behaviour
    one, again, other = (saturation.drawn(usual, seed) for seed in (1, 1, 2))
    assert one == again != other
    assert 0.0003 <= one.outside_influence <= 0.001
    assert one.weight_awareness == usual.weight_awareness  # has no prior
    drawn = np.array([saturation.drawn(usual, seed).start_share for seed in range(400)])
    assert np.log(drawn).mean() == pytest.approx((np.log(0.001) + np.log(0.29)) / 2, abs=0.25)


# the page


def test_the_page_tells_every_pattern_and_stands_with_its_figures() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    for chosen in PATTERNS:
        assert f"## {chosen.title}\n" in text
        assert re.search(rf"\| \[{re.escape(chosen.title)}\]\(#{page.anchor(chosen.title)}\)", text)
        assert page.figure_of(chosen).stat().st_size < 300_000
    assert (
        len(re.findall(r"^\*\*Verdict: (?:holds|holds in part|does not hold)\.\*\*$", text, re.MULTILINE))
        == 6
    )
