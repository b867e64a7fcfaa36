"""Levers that only lift barriers or have plain effects of the conditions: a YAML is all they need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from issim.levers.base import Lever


@dataclass(frozen=True)
class Relief(Lever):
    """A lever that is wholly described by what it relieves, moves, reaches and costs.

    For whom  training, campaigns, guides, grants, facilitators: whatever `relief` and `effects` can say
    Keeps     neutral at intensity 0, or with every relief and effect at 0
    """

    mechanism: ClassVar[str] = "relief"
