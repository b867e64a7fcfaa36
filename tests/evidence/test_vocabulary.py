"""The vocabulary is complete and its codes agree with each other."""

from __future__ import annotations

import pytest

from issim.evidence import vocabulary as words

#: Divisions of NACE Rev. 2 (the numbering has gaps).
DIVISIONS = {
    *range(1, 4), *range(5, 10), *range(10, 34), 35, *range(36, 40), *range(41, 44), *range(45, 48),
    *range(49, 54), 55, 56, *range(58, 64), *range(64, 67), 68, *range(69, 76), *range(77, 83), 84, 85,
    *range(86, 89), *range(90, 94), *range(94, 97), 97, 98, 99,
}  # fmt: skip


def test_every_division_is_in_exactly_one_branch() -> None:
    listed = [number for branch in words.BRANCH_TABLE for number in branch.divisions]
    assert sorted(listed) == sorted(DIVISIONS)


@pytest.mark.parametrize(
    ("nace", "branch"),
    [
        ("0110", "agriculture"),
        ("011", "agriculture"),
        ("101", "food"),
        ("0510", "minerals"),
        ("3511", "energy"),
        ("62", "technology"),
        ("64", "services"),
        ("7120", "technology"),
        ("1920", "petroleum"),
    ],
)
def test_branch_of_reads_the_division(nace: str, branch: str) -> None:
    assert words.BRANCHES[words.branch_of(nace)] == branch


@pytest.mark.parametrize("nace", ["", "4", "04", "0400", "ND", "12345", "10.1"])
def test_branch_of_refuses_what_is_no_code(nace: str) -> None:
    with pytest.raises(ValueError, match="in no branch"):
        words.branch_of(nace)


def test_surveyed_countries_come_first_so_that_their_codes_hold() -> None:
    assert words.SURVEYED == ("IT", "LV", "NO", "PL", "SI")
    assert words.COUNTRIES[: len(words.SURVEYED)] == words.SURVEYED
    assert words.COUNTRIES[len(words.SURVEYED) :] == ("BE", "DK", "FI", "NL", "SE")
    assert len(set(words.COUNTRY_NAMES)) == len(words.COUNTRY_NAMES) == len(words.COUNTRIES)


def test_sizes_of_tables() -> None:
    assert len(words.BRANCHES) == 16
    assert len(words.GOODS) == 12
    assert len(words.ITEMS) == 11
    assert [len(options) for options in words.TICK_GROUPS.values()] == [5, 5, 4, 4, 5]
    assert len(words.TICKS) == len(set(words.TICKS)) == 23
    assert [high + 1 for _, high in words.EMPLOYEES[:-1]] == [low for low, _ in words.EMPLOYEES[1:]]


def test_codes_point_to_names() -> None:
    resources = words.TICK_GROUPS["resources"]
    by_good = dict(zip(words.GOODS, (resources[code] for code in words.GOOD_RESOURCE), strict=True))
    assert by_good["metal"] == "materials"
    assert by_good["paper"] == "by_products"
    assert by_good["heat"] == "energy"
    assert by_good["water"] == "water"
    sectors = dict(zip(words.BRANCHES, (words.SECTORS[code] for code in words.BRANCH_SECTOR), strict=True))
    assert sectors["food"] == "agri-food"
    assert sectors["metals"] == "manufacturing"
    assert sectors["energy"] == "other"
