"""Every program as the root: a turn at each heartbeat, in one session that goes on, or afresh as it is set."""

import pytest

from swarm.model.health import Health
from swarm.model.record import Ending, Phase, Record
from tests.support.model_scripts import Answer, Refuse, Seen, Usage, say
from tests.support.program_home import ENDS_S, ProgramHome
from tests.support.wait import wait_for

PROGRAMS = ("claude", "codex", "gemini", "opencode")
ROOT = "genesis-01"
RULES = '[root]\non = true\nprogram = "{}"\nsession = "{}"\n'


def mind(seen: Seen) -> Answer:
    """Says which heartbeat it was told of, and whether it remembers the one before."""
    told = [n for n in (1, 2) if f"# Heartbeat {n}," in seen.everything]
    return say(f"Looked at {told}.", Usage(100, 10))


def turn(real: ProgramHome) -> Record:
    """A heartbeat, and the turn that it began, up to its end."""
    real.clock.advance(900)
    made = real.swarm.beat(by="test")
    assert [action.action for action in made.actions] == ["wake"]

    def over() -> bool:
        real.swarm.settle()
        record = real.state.agents.get(ROOT)
        return record is not None and record.phase is Phase.IDLE

    try:
        wait_for(over, "the turn to end", ENDS_S)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{real.said(ROOT)}") from None
    return real.state.agents[ROOT]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_session_goes_on_from_turn_to_turn_and_is_counted_right(real: ProgramHome, program: str) -> None:
    real.use(program, mind, more=RULES.format(program, "resume"))

    first, second = turn(real), turn(real)

    assert (first.ending, first.why) == (Ending.DONE, "Looked at [1]."), (first, real.said(ROOT))
    assert (second.ending, second.why) == (Ending.DONE, "Looked at [1, 2]."), (second, real.said(ROOT))
    assert first.tokens is not None
    assert second.tokens is not None
    assert sum(first.tokens) >= 110
    assert sum(second.tokens) == 2 * sum(first.tokens)
    assert real.verdict(ROOT).state is Health.IDLE
    assert real.state.alerts == ()
    assert not real.left()


def test_a_fresh_session_knows_its_brief_and_its_digest_and_nothing_else(real: ProgramHome) -> None:
    real.use("claude", mind, more=RULES.format("claude", "fresh"))

    first, second = turn(real), turn(real)

    assert (first.why, second.why) == ("Looked at [1].", "Looked at [2].")
    for seen in real.asked("claude", "# Heartbeat"):
        assert "Decide what this swarm works on" in seen.everything


def test_a_turn_that_its_service_refuses_is_a_failed_one_and_the_next_begins_afresh(real: ProgramHome) -> None:
    refused = True

    def moody(seen: Seen) -> Answer:
        return Refuse(400) if refused else mind(seen)

    real.use("claude", moody, more=RULES.format("claude", "resume"))
    first = turn(real)
    assert first.ending is Ending.FAILED
    assert [alert.cause for alert in real.state.alerts] == ["root-failed"]

    refused = False
    second = turn(real)
    assert (second.ending, second.why) == (Ending.DONE, "Looked at [2].")
    assert real.state.alerts == ()


def test_a_turn_that_an_overload_ended_goes_on_in_its_session_and_is_no_failure_of_the_root(real: ProgramHome) -> None:
    refused = False

    def moody(seen: Seen) -> Answer:
        return Refuse(529) if refused else mind(seen)

    real.use("claude", moody, more=RULES.format("claude", "resume"))
    assert turn(real).why == "Looked at [1]."
    refused = True
    second = turn(real)
    assert second.waiting is not None
    assert "529" in second.waiting.why
    assert real.state.alerts == ()

    refused = False
    third = turn(real)
    assert (third.ending, third.waiting) == (Ending.DONE, None)
    assert third.why == "Looked at [1, 2]."
