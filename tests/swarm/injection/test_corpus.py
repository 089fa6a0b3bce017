"""The texts that rules are measured by. How they are judged is held by the campaign (`tests/campaign`)."""

from tests.campaign.texts import BUILDING, HELD_OUT, text_cases

ENOUGH = 60
"""Texts of each kind, at least, without which figures say little."""


def test_failure_7_the_corpus_is_large_enough_for_its_figures_and_no_text_is_in_both_sets() -> None:
    building, held_out = text_cases(BUILDING), text_cases(HELD_OUT)
    for cases in (building, held_out):
        hostile = sum(bool(case.right) for case in cases)
        assert hostile >= ENOUGH
        assert len(cases) - hostile >= ENOUGH
    assert not {case.text for case in building} & {case.text for case in held_out}
