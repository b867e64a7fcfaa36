"""Rules import no evidence; where they must name its words, they name the same ones in the same order."""

from issim.evidence import vocabulary
from issim.rules import observe
from issim.units import columns
from issim.world import state


def test_observables_use_the_words_of_the_evidence() -> None:
    assert observe.GOODS == vocabulary.GOODS
    assert dict(observe.GROUPS) == {
        "sector": vocabulary.SECTORS,
        "size": vocabulary.SIZES,
        "country": vocabulary.COUNTRIES,
    }


def test_codes_of_firms_are_positions_in_the_words_of_the_evidence() -> None:
    declared = columns(state.Firms)
    words = {
        "country": vocabulary.COUNTRIES,
        "sector": vocabulary.SECTORS,
        "size": vocabulary.SIZES,
        "branch": vocabulary.BRANCHES,
    }
    assert {name: declared[name].high for name in words} == {name: len(w) - 1 for name, w in words.items()}


def test_stages_of_barriers_are_those_of_the_evidence() -> None:
    assert len(vocabulary.STAGES) == state.N_STAGES
    assert [
        vocabulary.STAGES[k] for k in (state.STAGE_A, state.STAGE_B, state.STAGE_C, state.STAGE_D)
    ] == list("ABCD")
