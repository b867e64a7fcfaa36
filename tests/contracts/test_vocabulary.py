"""Rules import no evidence; where they must name its words, they name the same ones in the same order."""

from issim.evidence import vocabulary
from issim.rules import observe
from issim.world import state


def test_observables_use_the_words_of_the_evidence() -> None:
    assert observe.GOODS == vocabulary.GOODS
    assert dict(observe.GROUPS) == {
        "sector": vocabulary.SECTORS,
        "size": vocabulary.SIZES,
        "country": vocabulary.COUNTRIES,
    }


def test_stages_of_barriers_are_those_of_the_evidence() -> None:
    assert len(vocabulary.STAGES) == state.N_STAGES
    assert [
        vocabulary.STAGES[k] for k in (state.STAGE_A, state.STAGE_B, state.STAGE_C, state.STAGE_D)
    ] == list("ABCD")
