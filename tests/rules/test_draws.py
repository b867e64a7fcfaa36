"""Random numbers: the published generator, uniform, and independent of everything but their keys."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rules.situations import plain
from scipy import stats

from issim.draws import (
    NOBODY,
    STREAMS,
    firm_uniforms,
    philox,
    place_word,
    standard_normal,
    uniforms,
)

ONES = 0xFFFFFFFF
#: Philox4x32-10, from the known-answer file of Random123: counter, key, result.
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES,) * 4, (ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize("text", [philox, plain(philox)], ids=["compiled", "plain"])
@pytest.mark.parametrize(("counter", "key", "result"), KNOWN)
def test_published_known_answers(text, counter, key, result):
    words = text(*(np.uint64(word) for word in (*counter, *key)))
    assert tuple(int(word) for word in words) == result


def test_words_of_the_counter_are_where_they_are_said_to_be():
    seed, month, stream = (0x299F31D0 << 32) | 0xA4093822, 0x8A2E, 0x1319
    four = uniforms(np.uint64(seed), stream, month, 0x243F6A88, 0x85A308D3, 0x03707344)
    assert four == tuple((word + 0.5) / 2**32 for word in KNOWN[2][2])


@settings(deadline=None)
@given(
    st.integers(0, 2**64 - 1),
    st.sampled_from(sorted(STREAMS.values())),
    st.integers(0, 2**15),
    st.integers(0, 2**31),
)
def test_compiled_and_plain_draw_the_same_and_never_0_or_1(seed, stream, month, firm):
    four = uniforms(np.uint64(seed), stream, month, firm, NOBODY, 0)
    assert four == plain(uniforms)(np.uint64(seed), stream, month, firm, NOBODY, 0)
    assert all(0 < u < 1 for u in four)


def test_extreme_words_stay_inside():
    assert 0 < 0.5 / 2**32
    assert (ONES + 0.5) / 2**32 < 1
    assert np.isfinite(standard_normal(0.5 / 2**32, 0.25))


def test_every_stream_has_a_number_of_its_own():
    assert len(set(STREAMS.values())) == len(STREAMS)
    assert all(0 < number < 2**16 for number in STREAMS.values())


def test_place_words_do_not_collide():
    bytes_ = (0, 1, 7, 255)
    places = [place_word(*four) for four in itertools.product(bytes_, repeat=4)]
    assert len(set(places)) == len(places)
    assert max(places) == ONES


def test_no_two_keys_share_a_draw():
    """All draws of 3 streams x 20 months x 40 firms x 3 partners x 2 places: none repeats (chance 6e-3)."""
    keys = itertools.product((1, 7, 15), range(20), range(40), (0, 5, NOBODY), (0, 1 << 24))
    drawn = [u for s, m, f, p, place in keys for u in uniforms(np.uint64(9), s, m, f, p, place)[:1]]
    assert len(set(drawn)) >= len(drawn) - 1


@pytest.mark.parametrize("n_draws", [1, 4, 6])
def test_uniform(n_draws):
    n = 20_000
    drawn = firm_uniforms(3, STREAMS["answers"], np.arange(n, dtype=np.int32), np.zeros(n, np.int16), n_draws)
    assert drawn.shape == (n, n_draws)
    for column in drawn.T:
        assert stats.kstest(column, "uniform").pvalue > 1e-4


def test_normal():
    boxed = [standard_normal(*uniforms(np.uint64(4), 9, 0, k, NOBODY, 0)[:2]) for k in range(5000)]
    assert stats.kstest(boxed, "norm").pvalue > 1e-4


def test_streams_months_firms_seeds_and_partners_are_independent():
    """Draws that differ in one key only are uncorrelated: |r| < 4.5 / sqrt(n)."""
    n = 4000
    base = [uniforms(np.uint64(3), 7, 0, k, 1, 0)[0] for k in range(n)]
    others = {
        "seed": [uniforms(np.uint64(4), 7, 0, k, 1, 0)[0] for k in range(n)],
        "high seed": [uniforms(np.uint64(3 + 2**32), 7, 0, k, 1, 0)[0] for k in range(n)],
        "stream": [uniforms(np.uint64(3), 8, 0, k, 1, 0)[0] for k in range(n)],
        "month": [uniforms(np.uint64(3), 7, 1, k, 1, 0)[0] for k in range(n)],
        "firm": [uniforms(np.uint64(3), 7, 0, k + 1, 1, 0)[0] for k in range(n)],
        "partner": [uniforms(np.uint64(3), 7, 0, k, 2, 0)[0] for k in range(n)],
        "place": [uniforms(np.uint64(3), 7, 0, k, 1, 1)[0] for k in range(n)],
        "word": [uniforms(np.uint64(3), 7, 0, k, 1, 0)[1] for k in range(n)],
    }
    for name, drawn in others.items():
        assert abs(np.corrcoef(base, drawn)[0, 1]) < 4.5 / np.sqrt(n), name


def test_a_firm_draws_the_same_in_any_row_and_refuses_too_many():
    index, region = np.arange(50, dtype=np.int32), np.zeros(50, np.int16)
    straight = firm_uniforms(1, 5, index, region, 9)
    assert np.array_equal(firm_uniforms(1, 5, index[::-1].copy(), region, 9), straight[::-1])
    assert not np.intersect1d(firm_uniforms(1, 5, index, region + 1, 9).astype(np.float64), straight).size
    for n_draws in (0, 1025):
        with pytest.raises(ValueError, match=f"n_draws = {n_draws}"):
            firm_uniforms(1, 5, index, region, n_draws)
