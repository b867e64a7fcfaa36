"""Levers as cards of the page: what each is for, its sliders, whom it may be limited to, where it stands."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from issim.app import sliders
from issim.app.sliders import Slider
from issim.evidence import load
from issim.levers import catalogue
from issim.levers.base import TARGETS, Lever, entry_fields
from issim.plots.wording import capital, spoken
from issim.units import Par

OTHER = "Other levers"
#: Sliders of a card that are seen at once; the others are a click away.
IN_FRONT = 3
#: In which group of a card a field stands; all others say what the lever does.
GROUPS = {
    "When": ("start", "end", "ramp", "intensity"),
    "How many, and at what cost": ("capacity", "unit_cost", "running_cost", "budget"),
    "Which barriers it lifts": ("relief",),
}
DOES = "What it does"


@lru_cache(maxsize=1)
def families() -> dict[str, Any]:
    """How levers are grouped on the page: `front`, and `families` by name."""
    text = resources.files("issim.app").joinpath("families.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    placed = {name for names in found["families"].values() for name in names} | set(found["front"])
    left = [name for name in catalogue.names() if name not in placed]
    return found | {"families": found["families"] | ({OTHER: left} if left else {})}


@lru_cache(maxsize=1)
def cards() -> dict[str, dict[str, Any]]:
    """The card of every packaged lever, by its name."""
    return {each.name: card(each) for each in catalogue.levers()}


@lru_cache(maxsize=1)
def citations() -> dict[str, str]:
    """What every source is, by its key."""
    return {key: source.citation for key, source in load().sources.items()}


def card(each: Lever) -> dict[str, Any]:
    """A lever as the page shows it."""
    numbers = list(_sliders(each))
    return {
        "name": each.name,
        "title": each.title or capital(spoken(each.name)),
        "question": each.question,
        "meaning": each.meaning,
        "actor": each.actor,
        "action": each.action,
        "sliders": [s._asdict() | {"group": _group(s)} for s in numbers],
        "front": _front(numbers),
        "choices": [_choice(each, field, known) for field, known in each.vocabularies.items()],
    }


def _front(numbers: Sequence[Slider]) -> list[str]:
    """The numbers that are seen at once: how many firms, a mechanism's own, effects, or else reliefs; and the start."""
    own = {field.name for field in dataclasses.fields(Lever)}
    does = [s.path for s in numbers if _group(s) == DOES]
    found = [s.path for s in numbers if s.path == "capacity" and s.value is not None]
    found += [path for path in does if path.partition(".")[0] not in own]
    found += [path for path in does if path not in found]
    lifts = [s.path for s in numbers if s.path.startswith("relief.")]
    return [*(found or [*lifts[: IN_FRONT - 1], "running_cost"])[:IN_FRONT], "start"]


def _group(found: Slider) -> str:
    """The heading on a card under which a slider stands."""
    field = found.path.partition(".")[0]
    return next((title for title, fields in GROUPS.items() if field in fields), DOES)


def _sliders(each: Lever) -> Iterator[Slider]:
    """All numbers of a lever that can be moved; what needs enrolment only where firms are enrolled."""
    for field in dataclasses.fields(each):
        meta = field.metadata.get("par")
        if meta is None or (field.name in ("capacity", "unit_cost") and not each.enrols):
            continue
        yield _slider(each, field.name, getattr(each, field.name), meta, "")
    for name, pars in entry_fields(type(each)).items():
        for entry, value in getattr(each, name).items():
            yield _slider(each, f"{name}.{entry}", value, pars[entry], entry)


def _slider(each: Lever, path: str, value: Any, declared: Par, entry: str) -> Slider:
    """One number of a lever."""
    field = path.partition(".")[0]
    meta = each.meta(field, entry, declared)
    return sliders.slider(
        path, value, meta, path in each.unlimited, path in each.whole, sliders.told(meta, citations()),
        barriers().get(entry, spoken(entry)),
    )  # fmt: skip


@lru_cache(maxsize=1)
def barriers() -> Mapping[str, str]:
    """What every blocking point is, in words, by its key."""
    return {barrier.key: barrier.text for barrier in load().barriers}


def _choice(each: Lever, field: str, known: tuple[str, ...]) -> dict[str, Any]:
    """A list of names to choose from: whom a lever is for, or what it can do."""
    return {
        "path": field,
        "words": capital(spoken(field)),
        "whom": field in TARGETS,
        "options": [[name, spoken(name)] for name in known],
        "value": list(getattr(each, field)),
    }
