"""Counter-based random numbers: every draw is a function of (seed, stream, month, who).

The generator is Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").
There is no state, so no draw depends on the order of firms, the number of threads or the batch, and
two scenarios with one seed see the same luck wherever the policy changed nothing.

Counter layout (four 32-bit words) and key (the 64-bit seed in two words):

    word 0   index of the firm within its region
    word 1   index of the partner, key of the lever, or NOBODY
    word 2   month (low 16 bits) and stream of randomness (high 16 bits)
    word 3   region of the firm, region of the partner, good (8 bits each), and a draw number
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from issim.elementary import circle, log
from issim.jit import rule

#: The streams of randomness, one number each; a new process takes a new number and disturbs no other.
STREAMS = {
    "answers": 1,
    "barriers": 2,
    "place": 3,
    "residues": 4,
    "peers": 5,
    "start": 6,
    "month": 7,
    "pair": 8,
    "price": 9,
    "lever": 10,
    "felt": 11,
    "survey": 14,
    "meeting": 15,
    "given": 16,
}
ANSWERS = STREAMS["answers"]
BARRIERS = STREAMS["barriers"]
PLACE = STREAMS["place"]
RESIDUES = STREAMS["residues"]
PEERS = STREAMS["peers"]
START = STREAMS["start"]
MONTH = STREAMS["month"]
PAIR = STREAMS["pair"]
PRICE = STREAMS["price"]
LEVER = STREAMS["lever"]
FELT = STREAMS["felt"]
SURVEY = STREAMS["survey"]

MEETING = STREAMS["meeting"]
GIVEN = STREAMS["given"]

NOBODY = 0xFFFFFFFF

#: A seed: any whole number up to 64 bits; compiled rules take it unsigned.
Seed = int | np.uint64
Word = np.uint64
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_TO_UNIT = 1.0 / 4294967296.0


@rule
def philox(c0: Word, c1: Word, c2: Word, c3: Word, k0: Word, k1: Word) -> tuple[Word, Word, Word, Word]:
    """Philox4x32-10: four 32-bit words out of a four-word counter and a two-word key, all as uint64."""
    for _ in range(10):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ k0, p1 & _LOW, (p0 >> _HALF) ^ c3 ^ k1, p0 & _LOW
        k0 = (k0 + _W0) & _LOW
        k1 = (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@rule
def uniforms(
    seed: Seed, stream: int, month: int, firm: int, partner: int, place: int
) -> tuple[float, float, float, float]:
    """Four independent draws, each uniform in (0, 1), for one firm or pair in one month.

    Units     seed uint64; stream, month, firm, partner, place integers as in the module's counter layout
    Keeps     never exactly 0 or 1, so that logarithms are finite
    """
    key = np.uint64(seed)
    w0, w1, w2, w3 = philox(
        np.uint64(firm) & _LOW,
        np.uint64(partner) & _LOW,
        (np.uint64(month) | (np.uint64(stream) << np.uint64(16))) & _LOW,
        np.uint64(place) & _LOW,
        key & _LOW,
        key >> _HALF,
    )
    return (
        (float(w0) + 0.5) * _TO_UNIT,
        (float(w1) + 0.5) * _TO_UNIT,
        (float(w2) + 0.5) * _TO_UNIT,
        (float(w3) + 0.5) * _TO_UNIT,
    )


@rule
def place_word(region: int, partner_region: int, good: int, number: int) -> int:
    """Word 3 of the counter: who lives where, which good, which draw (each in 0..255)."""
    return int(region) | (int(partner_region) << 8) | (int(good) << 16) | (int(number) << 24)


@rule
def standard_normal(u: float, v: float) -> float:
    """One standard normal out of two uniforms (Box and Muller 1958)."""
    return math.sqrt(-2.0 * log(u)) * circle(v)[0]


@rule
def fill_uniforms(
    seed: Seed, stream: int, index: NDArray[np.int32], region: NDArray[np.int16], out: NDArray[np.float64]
) -> None:
    """Fill `out` (n_firms, n_draws) with uniforms keyed by firm; draws beyond 1,024 per firm are refused."""
    n_draws = out.shape[1]
    for i in range(index.shape[0]):
        for block in range((n_draws + 3) // 4):
            words = uniforms(seed, stream, 0, index[i], NOBODY, place_word(region[i], 0, 0, block))
            for k in range(min(4, n_draws - 4 * block)):
                out[i, 4 * block + k] = words[k]


def firm_uniforms(
    seed: int, stream: int, index: NDArray[np.int32], region: NDArray[np.int16], n_draws: int
) -> NDArray[np.float64]:
    """Uniforms keyed by firm, shape (n_firms, n_draws): the same firm gets the same numbers in any row."""
    if not 0 < n_draws <= 1024:
        raise ValueError(f"n_draws = {n_draws} is outside [1, 1024]")
    out = np.empty((len(index), n_draws))
    fill_uniforms(np.uint64(seed), stream, index, region, out)
    return out
