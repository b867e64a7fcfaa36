"""Process 2, prices: virgin prices and gate fees follow mean-reverting logarithms."""

from __future__ import annotations

import math

from issim.draws import NOBODY, PRICE, Seed, standard_normal, uniforms
from issim.elementary import exp
from issim.jit import process, rule
from issim.world.state import Goods, Market


@rule
def next_log_price(log_price: float, volatility: float, reversion: float, shock: float) -> float:
    """Logarithm of a price against its mean, one month on (exact step of an Ornstein-Uhlenbeck process).

        z' = z * a + sigma * sqrt((1 - a^2) / (2 kappa)) * shock,  a = exp(-kappa / 12)

    For whom  the virgin price and the gate fee of every good
    Units     z dimensionless; volatility 1/sqrt(yr); reversion 1/yr; shock standard normal
    Source    goods.price_volatility, goods.gate_volatility, goods.reversion
    Keeps     z = 0 stays 0 when the volatility is 0; without reversion z is a random walk
    """
    if volatility == 0.0:
        return log_price * exp(-reversion / 12.0)
    if reversion == 0.0:
        return log_price + volatility * math.sqrt(1.0 / 12.0) * shock
    kept = exp(-reversion / 12.0)
    return log_price * kept + volatility * math.sqrt((1.0 - kept * kept) / (2.0 * reversion)) * shock


@process
def move_prices(goods: Goods, market: Market, seed: Seed, month: int) -> None:
    """Move the prices of all goods by one month."""
    for good in range(goods.gate_fee.shape[0]):
        luck = uniforms(seed, PRICE, month, good, NOBODY, 0)
        market.virgin[good] = next_log_price(
            market.virgin[good],
            goods.price_volatility[good],
            goods.reversion[good],
            standard_normal(luck[0], luck[1]),
        )
        market.gate[good] = next_log_price(
            market.gate[good],
            goods.gate_volatility[good],
            goods.reversion[good],
            standard_normal(luck[2], luck[3]),
        )
