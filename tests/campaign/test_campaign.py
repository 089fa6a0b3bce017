"""The ten failures of the field report: what is planted is found, and nobody honest is accused. The run prints it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.campaign.case import FAILURES
from tests.campaign.corpora import load, names
from tests.campaign.report import PROPERTY
from tests.campaign.tally import tally


@pytest.mark.parametrize("name", names())
def test_what_is_planted_is_found_and_nobody_honest_is_accused(
    name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    corpus = load(name)
    findings = corpus.run(tmp_path / "cases")
    record_property(PROPERTY, [tuple(each) for each in findings])
    counted = tally(findings)
    assert counted.reaches(corpus.floor), [each.words() for each in findings if not each.is_right]


def test_each_corpus_has_planted_and_honest_cases_of_failures_that_there_are_each_named_once() -> None:
    for corpus in map(load, names()):
        assert {case.failure for case in corpus.cases} <= set(FAILURES), corpus.name
        assert len({case.name for case in corpus.cases}) == len(corpus.cases), corpus.name
        assert {bool(case.right) for case in corpus.cases} == {True, False}, corpus.name


def test_each_of_the_ten_failures_is_planted_and_has_honest_cases_beside_it() -> None:
    cases = [case for name in names() for case in load(name).cases]
    for right in (True, False):
        assert {case.failure for case in cases if bool(case.right) is right} == set(FAILURES)
