"""The constants of behaviour as a configuration gives them: numbers, or null where a posterior is drawn from."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, NamedTuple

from issim.errors import InputError
from issim.model import posterior
from issim.model.posterior import Posterior
from issim.rules.behaviour import Behaviour

#: The key beside the constants that names the posterior.
POSTERIOR = "posterior"


class Told(NamedTuple):
    """What a configuration says about behaviour."""

    behaviour: Behaviour
    """The constants; the median of the posterior where these are drawn."""
    posterior: Posterior | None
    drawn: tuple[str, ...]


def table() -> type:
    """The type of the section: every constant a number or null, and the posterior by name."""
    several: list[tuple[str, Any, Any]] = [
        (found.name, float | None, dataclasses.field(default=found.default))
        for found in dataclasses.fields(Behaviour)
    ]
    several.append((POSTERIOR, str, dataclasses.field(default="")))
    return dataclasses.make_dataclass("Behaviour", several, namespace={"__module__": __name__})


def told(said: Mapping[str, Any]) -> Told:
    """The constants and what is drawn; null without a posterior that has it is an InputError."""
    numbers = {str(name): value for name, value in said.items() if name != POSTERIOR}
    name = str(said.get(POSTERIOR) or "")
    drawn = tuple(constant for constant, value in numbers.items() if value is None)
    if not drawn:
        return Told(Behaviour(**numbers), None, ())
    if not name:
        raise InputError(
            f"behaviour.{drawn[0]} = null is drawn from a posterior, and none is named; write behaviour=posterior, or "
            "give a number."
        )
    found = posterior.load(name)
    for constant in drawn:
        if constant not in found.names:
            raise InputError(
                f"behaviour.{constant} = null is drawn from the posterior '{name}', which does not have it; "
                "give a number."
            )
    return Told(Behaviour(**{**numbers, **{key: found.middle[key] for key in drawn}}), found, drawn)
