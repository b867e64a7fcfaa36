"""How much one person at the dashboard may ask for, so that nobody keeps the machine from the others.

Each limit is a choice for two processors; the command line has none of them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from issim.errors import InputError


@dataclass(frozen=True)
class Limits:
    """The most of everything that the dashboard takes on."""

    firms: int = 5_000
    """Firms of a region."""
    months: int = 240
    seeds: int = 200
    """Simulated regions per picture."""
    firm_months: int = 40_000_000
    """Firms times months times simulated regions of one picture."""
    levers: int = 40
    """Levers of one policy."""
    sessions: int = 40
    """Windows that are open at a time."""
    message: int = 64_000
    """Letters of one request."""
    upload: int = 2_000_000
    """Bytes of a file that is handed over."""
    worlds: int = 400_000
    """Firms of all simulated regions that are kept for the next person."""
    waiting: int = 3
    """Reports that may wait for their turn."""

    def check(self, n_firms: int, n_months: int, n_seeds: int, n_levers: int) -> None:
        """Refuse what is too much, in one sentence that says what would be allowed."""
        asked = (
            ("firms", n_firms, self.firms, "population.n_firms"),
            ("months", n_months, self.months, "n_months"),
            ("simulated regions", n_seeds, self.seeds, "n_seeds"),
            ("levers", n_levers, self.levers, "policy.levers"),
        )
        for words, value, most, key in asked:
            if value > most:
                raise InputError(
                    f"{value:,} {words} are more than this page takes on ({most:,}); ask for fewer here, or use "
                    f"`issim run {key}=...`, which has no such limit."
                    if key != "policy.levers"
                    else f"{value:,} {words} are more than this page takes on ({most:,}); switch some off."
                )
        work = n_firms * n_months * n_seeds
        if work > self.firm_months:
            raise InputError(
                f"{n_firms:,} firms over {n_months} months in {n_seeds} simulated regions are too much for one picture "
                f"({work / 1e6:,.0f} million firm-months; up to {self.firm_months / 1e6:,.0f} million are "
                "taken on); choose fewer firms, months or regions."
            )


def texts() -> tuple[str, ...]:
    """The names of all limits, for those who list them."""
    return tuple(field.name for field in fields(Limits))
