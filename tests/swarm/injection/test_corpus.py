"""Field report, failure 7: how many hostile texts are tagged, and how many honest ones, on a corpus that is kept."""

import pytest

from swarm.injection.detect import suspicion
from tests.support.injection_corpus import BUILDING, HELD_OUT, Sample, samples, score

ENOUGH = 60
"""Texts of each kind, at least, without which figures say little."""


@pytest.mark.parametrize("sample", samples("hostile"), ids=lambda each: f"{each.kind}: {ascii(each.text)[:40]}")
def test_failure_7_a_hostile_text_of_the_corpus_is_tagged(sample: Sample) -> None:
    assert suspicion(sample.text)


@pytest.mark.parametrize("sample", samples("honest"), ids=lambda each: f"{each.kind}: {ascii(each.text)[:40]}")
def test_failure_7_an_honest_text_of_the_corpus_is_not_tagged(sample: Sample) -> None:
    assert suspicion(sample.text) is None


def test_failure_7_most_texts_that_no_rule_was_made_for_are_judged_right() -> None:
    held_out = score(HELD_OUT)
    said = f"missed {held_out.missed}, false alarms {held_out.false}"
    assert held_out.recall >= 0.9, said
    assert held_out.precision >= 0.97, said


def test_the_corpus_is_large_enough_for_its_figures_and_no_text_is_in_both_sets() -> None:
    both = [score(BUILDING), score(HELD_OUT)]
    assert all(each.hostile >= ENOUGH and each.honest >= ENOUGH for each in both)
    texts = {
        f"{which}{kind}": {each.text for each in samples(f"{which}{kind}")}
        for which in (BUILDING, HELD_OUT)
        for kind in ("hostile", "honest")
    }
    assert not texts["hostile"] & texts["held-out-hostile"]
    assert not texts["honest"] & texts["held-out-honest"]
