"""Field report, failure 3: how useful what an agent does seems, on which evidence; the campaign plays whole lives."""

import subprocess
import sys

import pytest

from swarm.model.activity import ActivityState, Calls
from swarm.model.agent import Scope
from swarm.model.health import Health, Usefulness
from swarm.model.record import Observed
from swarm.model.reports import ProgressLine
from swarm.model.snapshot import AgentView
from swarm.model.values import replace
from swarm.rules.health import verdict
from swarm.rules.looping.cadence import clockwork
from swarm.rules.looping.repetition import find_repetition
from swarm.rules.looping.sentences import gist
from swarm.rules.looping.usefulness import usefulness
from tests.support.swarms import HEARTBEAT_N, HOUR, LOOP, MINUTE, NOW, POLICY, a_spec, a_view

VARIED = ("Read the brief.", "Acme charges 20 dollars.", "Globex hides its prices.", "Drafted a table.") * 2


def judge(view: AgentView) -> Usefulness:
    found = usefulness(view, NOW, POLICY)
    assert found is not None
    return found


def barren(minutes: float, *sentences: str, **more: object) -> AgentView:
    """An agent that declares no outputs, was counted, and has made nothing for so long."""
    view = a_view("w", *(sentences or VARIED), spawned_ago=minutes * MINUTE, spec=a_spec("w", **more))
    return replace(view, observed=Observed(changed=view.observed.changed, outputs_key="c", seen=NOW.awake))


@pytest.mark.parametrize(
    ("sentence", "goal"),
    [
        ("Crawled page 17 of 400.", (17, 400)),
        ("800/2000 words done", (800, 2000)),
        ("1,200 of the 4,000 rows", (1200, 4000)),
        ("41% done", (41, 100)),
        ("64 commits left", (-64, 0)),
        ("12 to go", (-12, 0)),
        ("Attempt 3 of 5", None),
        ("retry 3/5", None),
        ("5 tries left", None),
        ("on 28/02/2026", None),
        ("src/2/3", None),
        ("Python 3.11", None),
        ("No numbers", None),
    ],
)
def test_a_total_is_told_from_a_count_of_tries(sentence: str, goal: tuple[float, float] | None) -> None:
    assert gist(sentence).goal == goal


def test_a_score_falls_with_the_evidence_and_at_nothing_it_loops() -> None:
    scores = [judge(a_view("w", "Read the brief.", *LOOP[:count])).score for count in range(1, 7)]
    assert scores == sorted(scores, reverse=True)
    assert (scores[0], scores[-1]) == (100, 0)


def test_every_verdict_on_a_living_agent_carries_it_and_says_what_is_in_doubt() -> None:
    view = a_view("w", "Read the brief.", *LOOP[:4])
    found = verdict(view, NOW, POLICY, heartbeat_n=HEARTBEAT_N)
    assert found.usefulness == judge(view)
    assert found.why == "updated 1m ago; useful 40 %: 4 of its last 5 updates say the same"


def test_failure_3_other_words_while_nothing_is_made_loop_after_four_periods() -> None:
    assert judge(barren(45)).score == 25
    found = judge(barren(60))
    assert found.score == 0
    assert found.evidence.endswith("it has made nothing for 1h, and declares no outputs")


def test_what_was_not_looked_at_is_not_held_against_it() -> None:
    assert judge(a_view("w", *VARIED, spawned_ago=9 * HOUR, spec=a_spec("w"))).score == 100


def test_who_orchestrates_makes_agents_and_no_files() -> None:
    assert judge(barren(600, scope=Scope.ORCHESTRATE)).score == 100


def test_who_has_agents_at_work_below_is_not_judged_by_its_words() -> None:
    assert usefulness(a_view("w", *LOOP, used=3), NOW, POLICY) is None


def test_a_count_of_its_outputs_speaks_for_it() -> None:
    view = barren(90)
    lines = tuple(replace(line, outputs=number) for number, line in enumerate(view.progress.lines))
    assert judge(replace(view, progress=replace(view.progress, lines=lines))).score == 100


def test_something_new_that_it_made_outweighs_everything() -> None:
    view = barren(90, *LOOP)
    made = replace(view.observed, outputs=1, outputs_changed=NOW.awake - 3 * MINUTE)
    assert judge(replace(view, observed=made)) == Usefulness(100, "it made something new 3m ago")


@pytest.mark.parametrize(
    ("calls", "state", "evidence"),
    [
        (
            Calls(repeated=10, repeated_text="Bash ls"),
            Health.LOOPING,
            "its last 10 tool calls in a row were made before",
        ),
        (Calls(repeated=9), Health.FRESH, "its last 9 tool calls in a row were made before"),
        (Calls(repeated=3), Health.FRESH, "nothing speaks against it"),
        (Calls(failed=10, failed_text="Bash make"), Health.LOOPING, "its last 10 tool calls in a row failed"),
        (Calls(reads=100), Health.LOOPING, "its last 100 tool calls only read, and it wrote nothing for 1h"),
        (Calls(reads=100, wrote_at=NOW.wall - 5 * MINUTE), Health.FRESH, "it made something new 5m ago"),
    ],
)
def test_failure_3_calls_that_lead_nowhere_loop(calls: Calls, state: Health, evidence: str) -> None:
    view = a_view("w", "Drafting.", activity=ActivityState(calls=calls), spawned_ago=HOUR)
    found = verdict(view, NOW, POLICY, heartbeat_n=HEARTBEAT_N)
    assert found.state is state
    assert found.usefulness is not None
    assert found.usefulness.evidence.startswith(evidence)


def test_clockwork_needs_seconds_and_regular_steps() -> None:
    def lines(*gaps: float, stamp: str = "2026-02-28 09:33:00") -> tuple[ProgressLine, ...]:
        return tuple(ProgressLine(sum(gaps[:n]), stamp, None, "x") for n in range(len(gaps) + 1))

    assert clockwork(lines(*[600.0, 600.4] * 4)) == pytest.approx(600.2)
    assert clockwork(lines(*[600.0, 640.0] * 4)) is None
    assert clockwork(lines(*[600.0] * 8, stamp="2026-02-28 09:33")) is None
    assert clockwork(lines(*[600.0] * 5)) is None


def test_details_of_an_entry_are_part_of_what_it_says() -> None:
    lines = [ProgressLine(0.0, "", None, "Progress", details=(sentence,)) for sentence in VARIED[:4] * 2]
    assert find_repetition(lines[:6], 6).share < 1


def test_what_compares_sentences_is_only_loaded_where_words_in_common_leave_it_open() -> None:
    code = """
import sys
from swarm.model.reports import ProgressLine
from swarm.rules.looping.repetition import find_repetition
def judge(*said): return find_repetition([ProgressLine(0.0, "", None, each) for each in said], 6).share
judge(*(f"Crawled page {n} of 400." for n in range(8)))
judge(*["Still browsing."] * 8)
judge("Read the brief.", "Acme charges 20.", "Globex hides prices.", "Drafted a table.", "Asked the parent.")
assert "rapidfuzz" not in sys.modules
assert judge(*(f"Still checking the {word} for news." for word in "page site feed list log queue".split())) == 1
assert "rapidfuzz" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
