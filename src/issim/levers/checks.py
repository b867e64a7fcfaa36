"""What makes a lever impossible: every fault of every field, one sentence each."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

from issim.errors import InputError, out_of_range, unknown_name
from issim.evidence import load
from issim.levers.base import Lever, entry_fields, where
from issim.units import ASSUMPTION, Par

NAME = re.compile(r"[a-z][a-z0-9_]*")
PRIOR = re.compile(r"(uniform|loguniform)\(([-+.\deE]+), ([-+.\deE]+)\)")
TEXTS = ("title", "question", "meaning", "actor")
FLAGS = ("enrols", "lasts", "joins")
#: What only a lever that enrols firms one by one can have.
OF_ENROLMENT = ("lasts", "joins", "stages", "capacity", "unit_cost")


def errors(lever: Lever) -> list[InputError]:
    """Every fault of a lever; contradictions between fields only once each field is sound."""
    if not isinstance(lever.name, str) or not NAME.fullmatch(lever.name):
        return [InputError(f"The lever name {lever.name!r} is not usable; use small letters, digits and _.")]
    found = [*_words(lever), *_lists(lever), *_numbers(lever), *_entries(lever)]
    if not found:
        found = list(_origins(lever))
    return found or list(_contradictions(lever))


def _words(lever: Lever) -> Iterator[InputError]:
    """Texts that are no texts, flags that are neither true nor false, actions that are not in the plan."""
    for field in TEXTS:
        if not isinstance(getattr(lever, field), str):
            yield InputError(f"{where(lever.name)}.{field} = {getattr(lever, field)!r} is no text; quote it.")
    for field in FLAGS:
        if not isinstance(getattr(lever, field), bool):
            yield InputError(
                f"{where(lever.name)}.{field} = {getattr(lever, field)!r} is neither true nor false; "
                "write one of them."
            )
    action, last = lever.action, len(load().barriers)
    if isinstance(action, bool) or not isinstance(action, int) or not 0 <= action <= last:
        yield InputError(
            f"{where(lever.name)}.action = {action!r} is no action of the plan; give its number, 1 to {last}, "
            "or 0 for none."
        )


def _lists(lever: Lever) -> Iterator[InputError]:
    """Lists that are no lists, and names in them that do not exist."""
    for field, known in lever.vocabularies.items():
        chosen = getattr(lever, field)
        if not isinstance(chosen, tuple):
            yield InputError(
                f"{where(lever.name)}.{field} = {chosen!r} is no list; write [{', '.join(known[:2])}]."
            )
            continue
        for name in chosen:
            if name not in known:
                yield unknown_name(f"{where(lever.name)}.{field}", str(name), known)
    if not isinstance(lever.regions, tuple):
        yield InputError(
            f"{where(lever.name)}.regions = {lever.regions!r} is no list; write numbers such as [0, 1]."
        )
        return
    for region in lever.regions:
        if isinstance(region, bool) or not isinstance(region, int) or not 0 <= region <= 255:
            yield InputError(
                f"{where(lever.name)}.regions has {region!r}; whole numbers in [0, 255] are allowed."
            )


def number_error(name: str, value: Any, meta: Par, whole: bool = False) -> InputError | None:
    """The fault of one number, if any."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        unit = "" if meta.unit == "1" else f" {meta.unit}"
        return InputError(f"{name} = {value!r} is no number; give one in [{meta.low}, {meta.high}]{unit}.")
    if not meta.low <= value <= meta.high:
        return out_of_range(name, value, meta.unit, meta.low, meta.high)
    if whole and value != int(value):
        return InputError(f"{name} = {value} {meta.unit} is no whole number; round it.")
    return None


def _numbers(lever: Lever) -> Iterator[InputError]:
    """Numbers that are none, or leave their range."""
    for field in dataclasses.fields(lever):
        value, meta = getattr(lever, field.name), field.metadata.get("par")
        if meta is None or (value is None and field.name in lever.unlimited):
            continue
        error = number_error(f"{where(lever.name)}.{field.name}", value, meta, field.name in lever.whole)
        if error is not None:
            yield error


def _entries(lever: Lever) -> Iterator[InputError]:
    """Numbers by name (reliefs, effects, ...) whose name is unknown or whose value leaves its range."""
    for field in dataclasses.fields(lever):
        if "entries" not in field.metadata:
            continue
        pars, values = field.metadata["entries"](), getattr(lever, field.name)
        path = f"{where(lever.name)}.{field.name}"
        if not isinstance(values, dict):
            yield InputError(
                f"{path} = {values!r} is no table; write {{{next(iter(pars))}: 0.5}} or leave it out."
            )
            continue
        for entry, value in values.items():
            if entry not in pars:
                yield unknown_name(f"{field.metadata['kind']} in {path}", str(entry), pars)
            else:
                error = number_error(f"{path}.{entry}", value, pars[entry])
                if error is not None:
                    yield error


def _documented(lever: Lever) -> dict[str, Par | None]:
    """Every name that a source or prior may be given for, with its range (a whole table of entries: none)."""
    found: dict[str, Par | None] = {
        field.name: field.metadata["par"] for field in dataclasses.fields(lever) if "par" in field.metadata
    }
    for field, pars in entry_fields(type(lever)).items():
        found[field] = None
        found |= {f"{field}.{entry}": pars[entry] for entry in getattr(lever, field)}
    return found


def _origins(lever: Lever) -> Iterator[InputError]:
    """Sources that are not in the catalogue, priors that cannot be drawn from."""
    documented, known = _documented(lever), {*load().sources, ASSUMPTION}
    for table in ("sources", "priors"):
        if not isinstance(getattr(lever, table), dict):
            yield InputError(f"{where(lever.name)}.{table} is no table; write names and texts below it.")
            return
        for name in getattr(lever, table):
            if name not in documented:
                yield unknown_name(f"{where(lever.name)}.{table} for", str(name), documented)
    for name, source in lever.sources.items():
        for key in str(source).split("; "):
            if key not in known:
                yield unknown_name(f"{where(lever.name)}.sources.{name}: source", key, known)
    for name, prior in lever.priors.items():
        error = _prior_error(f"{where(lever.name)}.priors.{name}", prior, documented.get(name))
        if error is not None:
            yield error


def _prior_error(path: str, prior: Any, meta: Par | None) -> InputError | None:
    """The fault of one prior: its form, its order, or its range."""
    parts = PRIOR.fullmatch(str(prior))
    try:
        low, high = (float(parts[2]), float(parts[3])) if parts else (1.0, 0.0)
    except ValueError:
        low, high = 1.0, 0.0
    if parts is None or low >= high or (parts[1] == "loguniform" and low <= 0.0):
        return InputError(
            f"{path} = {prior!r} is no prior; write uniform(low, high) or loguniform(low, high)."
        )
    if meta is not None and not meta.low <= low < high <= meta.high:
        return InputError(f"{path} = {prior} leaves [{meta.low}, {meta.high}] {meta.unit}; narrow it.")
    return None


def _contradictions(lever: Lever) -> Iterator[InputError]:
    """Fields that are sound alone and impossible together."""
    path = where(lever.name)
    if lever.end is not None and lever.end <= lever.start:
        yield InputError(
            f"{path}.end = {lever.end} month is not after {path}.start = {lever.start} month; "
            "end the lever later, or leave the end out."
        )
    elif lever.end is not None and lever.ramp >= lever.end - lever.start:
        yield InputError(
            f"{path}.ramp = {lever.ramp} month is as long as the lever runs ({path}.start = {lever.start} month to "
            f"{path}.end = {lever.end} month), so that it never is at full strength; shorten the ramp or end later."
        )
    yield from _budget_errors(lever)
    for field in OF_ENROLMENT:
        if not lever.enrols and getattr(lever, field) not in (None, False, (), 0, 0.0):
            yield InputError(
                f"{path}.{field} = {getattr(lever, field)} needs a lever that reaches firms one by one; "
                f"set {path}.enrols to true or leave {field} out."
            )
    for effect in sorted(set(lever.moves()) & set(lever.effects)):
        yield InputError(
            f"{path}.effects.{effect} is set by the mechanism '{lever.mechanism}' itself; "
            "leave it out of effects."
        )
    if not any(lever.lifts().values()) and not lever.effects and not lever.moves() and not lever.joins:
        yield InputError(f"{path} neither lifts a barrier nor has an effect; give it a relief or an effect.")


def _budget_errors(lever: Lever) -> Iterator[InputError]:
    """A budget that pays not even the first month, or not one firm; a budget of 0 means no lever."""
    path = where(lever.name)
    for field, unit in (("running_cost", "EUR/month"), ("unit_cost", "EUR/firm")):
        cost = getattr(lever, field)
        if lever.budget is not None and 0.0 < lever.budget < cost:
            yield InputError(
                f"{path}.budget = {lever.budget} EUR is less than {path}.{field} = {cost} {unit}; raise the budget, "
                "or leave it out for none."
            )
