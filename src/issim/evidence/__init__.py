"""Survey tables in, typed evidence out: every figure with its source, unit and confidence."""

from issim.evidence.barriers import Barrier
from issim.evidence.catalogue import Evidence, load
from issim.evidence.countries import CountryTerms
from issim.evidence.good import Good
from issim.evidence.listing import listing
from issim.evidence.survey import SurveyFigure
from issim.evidence.waste import WasteQuantities

__all__ = [
    "Barrier",
    "CountryTerms",
    "Evidence",
    "Good",
    "SurveyFigure",
    "WasteQuantities",
    "listing",
    "load",
]
