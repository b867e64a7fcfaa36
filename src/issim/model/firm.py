"""A firm as a Mesa agent: a row number, with an attribute for every declared column of its row.

The arrays hold the state; the agent reads and writes them. So a firm that a user changes in Python is the
firm that the compiled month reads, and there is only one implementation of every rule.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import mesa

from issim.errors import InputError
from issim.model.exchange import Exchange
from issim.model.traits import give_columns, unknown_attribute
from issim.rules.asking import set_awareness, would_accept
from issim.rules.policy import stage_of
from issim.world.conditions import FIRM_STAGES, N_BARRIERS
from issim.world.state import CANDIDATE

if TYPE_CHECKING:
    from issim.model.symbiosis import SymbiosisModel

#: The uncompiled text of the rule: for one firm it is quicker to read than to hand over the tables.
_STAGE_OF: Callable[..., int] = getattr(stage_of, "py_func", stage_of)


class Firm(mesa.Agent):
    """One firm of the world.

    Attributes are the columns of `world.state.Firms` (fixed) and `world.state.FirmState` (this month); what
    the firm answered before month 0 is `trust_at_start` and the like. `trust`, `digital`, `awareness`,
    `searching`, `member`, `good_news` and `bad_news` can be written. A subclass may set attributes of its own
    in `__init__` and override `step`, which is called after every month in the order of rows.
    """

    model: SymbiosisModel
    row: int

    def __init__(self, model: SymbiosisModel, row: int) -> None:
        """View the firm of that row; called by the model once per firm."""
        super().__init__(model)
        self.row = row

    def __repr__(self) -> str:
        """Who it is and how it stands."""
        return (
            f"<{type(self).__name__} {self.row}: {self.size} {self.branch} in {self.country}, {self.stage}>"
        )

    def __getattr__(self, name: str) -> Any:
        """Name the nearest attribute when there is none of that name; not for Python's own protocols."""
        if name.startswith("__"):
            raise AttributeError(name)
        raise unknown_attribute(type(self), name)

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse a name that the firm does not have, which is mostly a slip of the pen.

        Names of a subclass's own may be set until the model is complete, which includes every `__init__`.
        """
        if "row" in self.__dict__ and self.model.is_complete and not hasattr(self, name):
            raise unknown_attribute(type(self), name)
        super().__setattr__(name, value)

    def remove(self) -> None:
        """Refuse: firms are rows of the world; they close and are replaced by process 10 of the month."""
        raise InputError(
            f"firm {self.row} cannot be removed from a model: its world is fixed; build a world without it."
        )

    @property
    def name(self) -> str:
        """What the firm is called in its register; a number where it is drawn."""
        return self.model.names[self.row] if self.model.names else f"firm {self.row}"

    @property
    def stage(self) -> str:
        """Where the firm stands in the funnel: one of FIRM_STAGES."""
        return FIRM_STAGES[_STAGE_OF(self.model.state.firms, self.row)]

    @property
    def barriers(self) -> tuple[int, ...]:
        """Numbers (1 to 24) of the blocking points that the firm has."""
        mask = int(self.model.world.firms.barriers[self.row])
        return tuple(barrier + 1 for barrier in range(N_BARRIERS) if (mask >> barrier) & 1)

    @property
    def peers(self) -> list[Firm]:
        """The firms it exchanges information with."""
        links = self.model.world.peers
        rows = links.items[links.start[self.row] : links.start[self.row + 1]]
        return [self.model.firm(row) for row in rows.tolist()]

    @property
    def candidates(self) -> list[Exchange]:
        """All exchanges that the firm could take part in, whatever their stage."""
        links = self.model.world.firm_pairs
        pairs = links.items[links.start[self.row] : links.start[self.row + 1]]
        return [Exchange(self.model, pair) for pair in pairs.tolist()]

    @property
    def exchanges(self) -> list[Exchange]:
        """Exchanges that the firm talks about, has agreed, implements or operates."""
        stages = self.model.state.pairs.stage
        return [exchange for exchange in self.candidates if stages[exchange.pair] != CANDIDATE]

    def would_accept(self, exchange: Exchange | int) -> float:
        """Probability that the firm accepts its share of an exchange as things stand.

        The rule is the one that the month calls when a met pair decides; prices and levers are those of the
        month last completed (at the start: no levers).
        """
        model, pair = self.model, exchange.pair if isinstance(exchange, Exchange) else int(exchange)
        n_pairs = len(model.world.pairs.donor)
        if not 0 <= pair < n_pairs:
            raise InputError(f"exchange {pair} does not exist; this world has candidates 0 to {n_pairs - 1}.")
        ends = int(model.world.pairs.donor[pair]), int(model.world.pairs.receiver[pair])
        if self.row not in ends:
            raise InputError(
                f"exchange {pair} is between firms {ends[0]} and {ends[1]}, firm {self.row} has no say; "
                "ask about one of firm.candidates."
            )
        return float(would_accept(self.row, pair, *model.terms))


def _write_awareness(firm: Firm, level: int) -> None:
    """Move the firm up or down, so that its peers count it rightly and it stops searching when unaware."""
    set_awareness(firm.row, int(level), firm.model.world.peers, firm.model.state.firms)


give_columns(Firm, writers={"awareness": _write_awareness}, apart=("barriers",))
