"""A start that fails says why, everywhere, and a cure can be tried at once."""

import json

import pytest

from swarm.errors import Code, Refused
from swarm.lifecycle.first_moments import is_starting
from swarm.model.causes import AlertCause
from swarm.model.record import Ending
from tests.support.cli import agent_environment, swarm_tui
from tests.support.homes import LiveHome
from tests.support.wait import wait_for

BROKEN = ("sh", "-c", "echo 'Error: no such module' >&2; echo '    at a frame of the stack' >&2; exit 3")
SPAWN = ("spawn", "worker-1", "--role", "worker", "--task", "Do it.")


def ended(home: LiveHome, name: str) -> str:
    """Why it ended, as the ledger has it."""
    home.wait_until_ended(name)
    wait_for(lambda: home.swarm.settle() or not home.record(name).live, f"the end of {name} to be recorded")
    return home.record(name).why


def test_the_reason_of_a_failed_end_has_the_last_lines_of_stderr(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", *BROKEN)
    why = ended(live_home, "worker-1")
    assert why.startswith("it ended with exit code 3 without results.json")
    assert "its stderr ends: Error: no such module" in why
    assert "a frame" not in why
    alerts = [alert.text for alert in live_home.state.alerts if alert.cause is AlertCause.FAILED]
    assert alerts == [why]


def test_what_stderr_holds_of_an_earlier_run_is_not_the_reason_of_a_later_end(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", "sh", "-c", "touch -d '1 hour ago' log/stderr; exit 3")
    assert "stderr" not in ended(live_home, "worker-1")


def test_hostile_words_on_stderr_reach_no_reason_as_they_are(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", "sh", "-c", r"printf '\033]0;owned\007\033[31mred\n' >&2; exit 1")
    why = ended(live_home, "worker-1")
    assert "red" in why
    assert "\033" not in why


@pytest.mark.parametrize("json_too", [False, True])
def test_a_spawn_whose_program_ends_at_once_fails_with_what_it_wrote(live_home: LiveHome, *, json_too: bool) -> None:
    ran = swarm_tui(*SPAWN, *(["--json"] if json_too else []), "--", *BROKEN, home=live_home.root)
    assert ran.status == 1
    assert "has ended as soon as it was started" in ran.err
    assert "Error: no such module" in ran.err
    assert "respawn genesis-01/worker-1 --force" in ran.err
    if json_too:
        assert ran.document["error"]["code"] == Code.START
        assert ran.document["id"] == "genesis-01/worker-1"
    assert live_home.record("worker-1").ending is Ending.FAILED  # it did start: its files and its record stay


def test_on_a_busy_machine_a_start_is_waited_for_until_its_work_is_done(live_home: LiveHome) -> None:
    live_home.spawn("at-work", "sh", "-c", "while :; do :; done")
    live_home.spawn("asleep", "sleep", "300")
    live_home.spawn("gone", "true")
    live_home.wait_until_ended("gone")
    at_work, asleep, gone = (live_home.record(name).process for name in ("at-work", "asleep", "gone"))
    assert at_work is not None
    assert asleep is not None
    assert gone is not None
    wait_for(lambda: is_starting(at_work, work=60.0), "it to have less of the processor than its start takes")
    wait_for(lambda: not is_starting(at_work, work=0.01), "it to have had that")
    wait_for(lambda: not is_starting(asleep, work=60.0), "it to wait for nothing but time")
    assert is_starting(gone, work=0.0)  # its keeper has the word


def test_a_spawn_that_goes_well_fails_in_no_way(live_home: LiveHome) -> None:
    done = ("sh", "-c", "echo noise >&2; swarm-tui done --summary 'it is there'")
    assert swarm_tui(*SPAWN, "--", *done, home=live_home.root).status == 0
    other = ("spawn", "worker-2", "--role", "worker", "--task", "Do it.", "--", "sleep", "300")
    assert swarm_tui(*other, home=live_home.root).status == 0


def test_log_shows_the_stderr_of_what_ended_badly_and_of_nothing_else(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", *BROKEN)
    live_home.spawn("worker-2", "sh", "-c", "echo noise >&2; echo said; swarm-tui done --summary 'it is there'")
    for name in ("worker-1", "worker-2"):
        live_home.wait_until_ended(name)
    ran = swarm_tui("log", "worker-1", home=live_home.root)
    assert ran.out.splitlines()[-2:] == ["! Error: no such module", "!     at a frame of the stack"]
    told = json.loads(swarm_tui("log", "worker-1", "--json", home=live_home.root).out)
    assert told["stderr"][0] == "Error: no such module"
    assert "noise" not in swarm_tui("log", "worker-2", home=live_home.root).out


def fail_three_times(home: LiveHome) -> None:
    home.spawn("worker-1", *BROKEN)
    ended(home, "worker-1")
    for _ in range(2):
        home.swarm.respawn("worker-1")
        ended(home, "worker-1")


def test_the_operator_tries_a_cure_at_once_and_what_failed_before_counts_no_more(live_home: LiveHome) -> None:
    fail_three_times(live_home)
    with pytest.raises(Refused) as refused:
        live_home.swarm.respawn("worker-1")
    assert refused.value.code is Code.CRASH_LOOP
    assert "--force" in refused.value.hint
    assert AlertCause.CRASH_LOOP in {alert.cause for alert in live_home.state.alerts}
    live_home.swarm.respawn("worker-1", force=True)
    assert AlertCause.CRASH_LOOP not in {alert.cause for alert in live_home.state.alerts}
    ended(live_home, "worker-1")
    live_home.swarm.respawn("worker-1")  # two failures of it are left before it is stopped again


def test_an_agent_cannot_force_what_has_failed(live_home: LiveHome) -> None:
    live_home.spawn("parent", slots=3)
    env = agent_environment(live_home.root, live_home.id("parent"))
    ran = swarm_tui(*SPAWN, "--force", "--", "sleep", "300", home=live_home.root, env=env)
    assert ran.status == 3
    assert "Only the operator" in ran.err
