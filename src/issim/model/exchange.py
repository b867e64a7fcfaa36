"""One candidate exchange as seen by its two firms: a row number and what stands in that row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from issim.evidence.vocabulary import GOOD_UNITS, GOODS
from issim.model.traits import shown
from issim.rules.asking import offered_gain
from issim.world.state import CANDIDATE, EXCHANGE_STAGES, OPERATING, REASONS

if TYPE_CHECKING:
    from issim.model.firm import Firm
    from issim.model.symbiosis import SymbiosisModel


class Exchange:
    """A view of one pair of the world; two views of one pair are equal."""

    __slots__ = ("model", "pair")

    def __init__(self, model: SymbiosisModel, pair: int) -> None:
        """View the pair of that row."""
        self.model, self.pair = model, pair

    def __eq__(self, other: object) -> bool:
        """Whether both view the same pair of the same model."""
        return isinstance(other, Exchange) and other.model is self.model and other.pair == self.pair

    def __hash__(self) -> int:
        """Keyed by the pair."""
        return hash((id(self.model), self.pair))

    def __repr__(self) -> str:
        """What passes from whom to whom, and how far that has come."""
        ends = f"from {self.donor.row} to {self.receiver.row}"
        return f"<Exchange {self.pair}: {self.good} {ends}, {self.stage}>"

    @property
    def donor(self) -> Firm:
        """The firm that gives."""
        return self.model.firm(int(self.model.world.pairs.donor[self.pair]))

    @property
    def receiver(self) -> Firm:
        """The firm that takes."""
        return self.model.firm(int(self.model.world.pairs.receiver[self.pair]))

    def partner_of(self, firm: Firm) -> Firm:
        """The other firm."""
        return self.receiver if self.donor is firm else self.donor

    @property
    def good(self) -> str:
        """What is passed on."""
        return GOODS[self.model.world.pairs.good[self.pair]]

    @property
    def unit(self) -> str:
        """The unit of quantities of this good."""
        return GOOD_UNITS[self.model.world.pairs.good[self.pair]]

    @property
    def distance(self) -> float:
        """Distance between the two firms (km)."""
        return float(self.model.world.pairs.distance[self.pair])

    @property
    def compatibility(self) -> float:
        """Technical compatibility, in [0, 1]."""
        return float(self.model.world.pairs.compatibility[self.pair])

    @property
    def stage(self) -> str:
        """How far it has come: one of EXCHANGE_STAGES."""
        return EXCHANGE_STAGES[self.model.state.pairs.stage[self.pair]]

    @property
    def is_operating(self) -> bool:
        """Whether residues flow."""
        return int(self.model.state.pairs.stage[self.pair]) == OPERATING

    @property
    def flow(self) -> float:
        """Agreed quantity of residue (`unit` per year); 0 before an agreement."""
        return float(shown(self.model.state.pairs.flow, self.pair))

    @property
    def gain(self) -> float:
        """Joint gain that it would bring as things stand (EUR/yr)."""
        return float(offered_gain(self.pair, *self.model.terms))

    @property
    def trust(self) -> tuple[float, float]:
        """The donor's trust in the receiver, the receiver's in the donor; general trust before they meet."""
        pairs = self.model.state.pairs
        if pairs.stage[self.pair] == CANDIDATE:
            return self.donor.trust, self.receiver.trust
        return shown(pairs.donor_trust, self.pair), shown(pairs.receiver_trust, self.pair)

    @property
    def reason(self) -> str:
        """Why it, or the talk about it, last ended."""
        return REASONS[self.model.state.pairs.reason[self.pair]]
