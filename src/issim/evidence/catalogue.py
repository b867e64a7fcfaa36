"""All evidence in one object, loaded once, with the hashes of the files it came from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from issim.errors import InputError
from issim.evidence import facts, loading
from issim.evidence.barriers import Barrier, load_barriers
from issim.evidence.countries import CountryTerms, build_countries
from issim.evidence.good import Good
from issim.evidence.goods import build_goods
from issim.evidence.survey import SurveyFigure, load_survey
from issim.evidence.targets import (
    Arrangement,
    Target,
    Uncompared,
    load_arrangements,
    load_targets,
    load_uncompared,
)
from issim.evidence.terms import own_parameters
from issim.evidence.waste import WasteQuantities, build_waste
from issim.units import Parameter

PACKAGED = Path(__file__).resolve().parent / "data"
FILES = (
    "arrangements.csv", "assumptions.csv", "barriers.csv", "cases.csv", "digital.csv", "exchanges.csv",
    "firms.csv", "funnel.csv", "gaps.csv", "histories.csv", "prices.csv", "programme_costs.csv", "smes.csv",
    "sources.csv", "survey.csv", "targets.csv", "taxes.csv", "uncompared.csv",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Evidence:
    """Everything known from outside the model; compared and hashed by identity, so it can key a cache."""

    survey: tuple[SurveyFigure, ...]
    barriers: tuple[Barrier, ...]
    prices: tuple[facts.Price, ...]
    taxes: tuple[facts.Figure, ...]
    firms: tuple[facts.Figure, ...]
    digital: tuple[facts.Digital, ...]
    smes: tuple[facts.Figure, ...]
    funnel: tuple[facts.Conversion, ...]
    histories: tuple[facts.Figure, ...]
    programme_costs: tuple[facts.Figure, ...]
    exchange_counts: tuple[facts.ExchangeCount, ...]
    cases: tuple[facts.Case, ...]
    gaps: tuple[facts.Gap, ...]
    arrangements: Mapping[str, Arrangement]
    targets: tuple[Target, ...]
    uncompared: tuple[Uncompared, ...]
    assumptions: Mapping[str, facts.Assumption]
    goods: tuple[Good, ...]
    countries: tuple[CountryTerms, ...]
    waste: WasteQuantities
    sources: Mapping[str, facts.Source]
    hashes: Mapping[str, str]

    def figure(self, key: str) -> SurveyFigure:
        """The survey figure of that key."""
        for figure in self.survey:
            if figure.key == key:
                return figure
        raise KeyError(key)

    def country(self, code: str) -> CountryTerms:
        """The terms of the country of that code."""
        for country in self.countries:
            if country.code == code:
                return country
        raise KeyError(code)

    def parameters(self) -> Iterator[Parameter]:
        """Every parameter of goods, countries, quantities and barriers with its own unit and source."""
        for good in self.goods:
            yield from good.parameters()
        for country in self.countries:
            yield from country.parameters()
        yield from self.waste.parameters()
        for barrier in self.barriers:
            yield from own_parameters(barrier, f"barriers.{barrier.key}")


def file_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every evidence file in the folder."""
    if not folder.is_dir():
        raise InputError(f"Evidence folder {folder} does not exist; name a folder that holds {FILES[0]} etc.")
    found = {}
    for name in FILES:
        try:
            found[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        except OSError as error:
            raise InputError(
                f"Evidence file {name} cannot be read in {folder} ({error.strerror}); "
                f"the folder must hold {', '.join(FILES)}."
            ) from None
    return found


@lru_cache(maxsize=8)
def _load(folder: Path, hashes: tuple[tuple[str, str], ...]) -> Evidence:
    """Read and check every file, then compute what follows from the rows."""
    sources = loading.load_sources(folder)
    assumptions = loading.load_assumptions(folder)
    prices = loading.load_prices(folder, sources)
    taxes, firms, smes, histories, costs = (
        loading.load_figures(folder, f"{name}.csv", sources)
        for name in ("taxes", "firms", "smes", "histories", "programme_costs")
    )
    digital = loading.load_digital(folder, sources)
    survey = load_survey(folder, sources)
    arrangements = load_arrangements(folder, sources)
    return Evidence(
        survey=survey, barriers=load_barriers(folder, sources, survey), prices=prices,
        taxes=taxes, firms=firms, digital=digital, smes=smes, funnel=loading.load_funnel(folder, sources),
        histories=histories, programme_costs=costs, exchange_counts=loading.load_exchanges(folder),
        cases=loading.load_cases(folder, sources), gaps=loading.load_gaps(folder), assumptions=assumptions,
        arrangements=arrangements, targets=load_targets(folder, sources, arrangements),
        uncompared=load_uncompared(folder),
        goods=build_goods(prices, assumptions),
        countries=build_countries(taxes, firms, digital, assumptions), waste=build_waste(firms, assumptions),
        sources=sources, hashes=dict(hashes),
    )  # fmt: skip


@lru_cache(maxsize=1)
def _packaged() -> Evidence:
    """The packaged evidence, read once in a process."""
    return _load(PACKAGED, tuple(file_hashes(PACKAGED).items()))


def load(folder: Path | None = None) -> Evidence:
    """The evidence of a folder (None: the packaged one); the same content is read only once."""
    if folder is None:
        return _packaged()
    folder = Path(folder).resolve()
    return _load(folder, tuple(file_hashes(folder).items()))
