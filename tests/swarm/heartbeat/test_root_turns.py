"""The root's turns, with small scripts as its program: woken by heartbeats, one at a time, never in their way."""

import json
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from swarm.ending.intents import me
from swarm.errors import SwarmError
from swarm.heartbeat import monitor, root, root_launch
from swarm.ledger.state import with_record
from swarm.model.beat import Beat
from swarm.model.causes import AlertCause
from swarm.model.health import Health
from swarm.model.record import Ending, Phase
from swarm.model.values import replace
from swarm.processes.identity import identify
from swarm.processes.local_runner import LocalRunner
from swarm.verbs.doctor import strays
from tests.support.homes import PERIOD, LiveHome
from tests.support.wait import wait_for
from tests.swarm.test_proofs import die_at, operations, points

ROOT = "genesis-01"
SAY = """\
import os, sys
digest = sys.stdin.read()
open("heard", "a").write(digest)
open("turns", "a").write(os.environ["SWARM_AGENT"] + " " + os.environ["SWARM_SPAWN"] + "\\n")
print("thinking")
print("idea-a goes on")
"""
LINGER = SAY + "import time; time.sleep(300)\n"
FAIL = "import sys; print('no idea'); sys.exit(3)\n"
SPAWN = """\
import subprocess, sys
asked = ["--role", "worker", "--task", "Do it.", "--", "sleep", "300"]
sys.exit(subprocess.run(["swarm-tui", "spawn", "idea-a", *asked]).returncode)
"""


class Mind:
    """A home whose root runs a script."""

    def __init__(self, home: LiveHome, directory: Path) -> None:
        self.home = home
        self.script = directory / "mind.py"

    def thinks(self, code: str, more: str = "", root: str = "") -> None:
        """From now on a turn of the root runs this."""
        self.script.write_text(code)
        argv = json.dumps([sys.executable, str(self.script)])
        program = f'[programs.mind]\nkind = "command"\nargv = {argv}\n'
        self.home.rules(more=f'\n[root]\non = true\nprogram = "mind"\n{root}\n{program}{more}')
        self.home.swarm = self.home.open()

    def beat(self, after: float = PERIOD, **how: Any) -> Beat:
        self.home.clock.advance(after)
        return self.home.swarm.beat(by="test", **how)

    def turn(self) -> Beat:
        """A heartbeat, and the turn that it began, up to its end in the ledger."""
        made = self.beat()
        self.over()
        return made

    def over(self) -> None:
        wait_for(lambda: self.home.agent(ROOT).exit.exists(), "the turn to end")
        wait_for(self.rests, "the turn to be settled")

    def rests(self) -> bool:
        self.home.swarm.settle()
        return bool(self.record.phase is Phase.IDLE)

    def heard(self) -> str:
        path = self.home.agent(ROOT).path / "heard"
        return path.read_text() if path.exists() else ""

    @property
    def record(self) -> Any:
        return self.home.state.agents[ROOT]

    def runs(self) -> bool:
        process = self.record.process
        return process is not None and identify(process.pid) is not None

    def verdict(self) -> tuple[Health, str]:
        snapshot = self.home.swarm.snapshot()
        one = self.home.swarm.verdicts(snapshot)[ROOT]
        return one.state, one.why

    def causes(self) -> list[str]:
        return [alert.cause for alert in self.home.state.alerts]


@pytest.fixture
def mind(live_home: LiveHome, tmp_path_factory: pytest.TempPathFactory) -> Mind:
    return Mind(live_home, tmp_path_factory.mktemp("mind"))


def did(record: Beat, action: str) -> list[str]:
    return [each.agent for each in record.actions if each.action == action]


def test_a_heartbeat_wakes_the_root_with_its_digest_and_does_not_wait(mind: Mind) -> None:
    mind.thinks(LINGER)
    mind.home.spawn("worker-1")
    mind.home.write_results("worker-1", '{"status": "success", "summary": "see \\"quoted\\" words"}')

    made = mind.beat()

    assert did(made, "wake") == [ROOT]
    assert mind.runs()
    heard = wait_for(mind.heard, "the root to read its digest")
    assert heard.startswith(f"# Heartbeat {made.n}, ")
    assert "- collect genesis-01/worker-1: results.json says success" in heard
    assert "swarm/agents/genesis-01/worker-1/results.json" in heard
    assert "\"see 'quoted' words\"" in heard
    assert mind.home.state.running is None


def test_between_two_turns_it_is_idle_and_says_what_it_said(mind: Mind) -> None:
    mind.thinks(SAY)

    mind.turn()

    state, why = mind.verdict()
    assert state is Health.IDLE
    assert why.endswith("with the words: idea-a goes on")
    assert (mind.record.phase, mind.record.ending) == (Phase.IDLE, Ending.DONE)
    assert mind.causes() == []
    assert [(verb, ok) for verb, agent, ok, _ in mind.home.lines() if agent == ROOT] == [("wake", True), ("turn", True)]
    assert not mind.home.agent(ROOT).ended.exists()


def test_every_heartbeat_brings_a_turn_under_the_same_name(mind: Mind) -> None:
    mind.thinks(SAY)
    spec = json.loads(mind.home.agent(ROOT).spec.read_text())

    for _ in range(3):
        mind.turn()

    turns = (mind.home.agent(ROOT).path / "turns").read_text().splitlines()
    assert turns == [f"{ROOT} {spec['spawn_id']}"] * 3
    assert 'Your last turn: it ended well; your last words: "idea-a goes on".' in mind.heard()
    assert json.loads(mind.home.agent(ROOT).spec.read_text())["program"] == "mind"


def test_it_holds_no_slot_and_a_heartbeat_frees_none(mind: Mind) -> None:
    mind.thinks(LINGER)
    mind.beat()

    snapshot = mind.home.swarm.snapshot()
    assert snapshot.slots.committed == 0
    assert mind.verdict()[0] is Health.STARTING
    made = mind.beat(PERIOD / 2)
    assert made.slots["committed"] == 0
    assert did(made, "free") + did(made, "collect") + did(made, "kill") == []


def test_a_turn_that_goes_on_is_left_alone(mind: Mind) -> None:
    mind.thinks(LINGER, root='timeout = "1h"')
    mind.beat()
    before = mind.record.process

    made = mind.beat()

    assert did(made, "wake") == []
    assert did(made, "skip") == [ROOT]
    assert mind.record.process == before
    assert mind.runs()


def test_a_turn_that_takes_too_long_is_stopped_and_the_next_begins(mind: Mind) -> None:
    mind.thinks(LINGER)
    mind.beat()
    before = mind.record.process

    made = mind.beat()

    assert did(made, "wake") == [ROOT]
    assert mind.causes() == ["root-timeout"]
    assert mind.record.phase is Phase.RUNNING
    assert mind.record.process != before
    assert identify(before.pid) is None or identify(before.pid) != before
    assert made.passed
    assert "killed: its turn has taken 15m, and 10m are allowed" in wait_for(
        lambda: mind.heard() if "killed:" in mind.heard() else "", "the next turn to hear of it"
    )


def test_it_is_stopped_between_two_heartbeats_too(mind: Mind) -> None:
    mind.thinks(LINGER)
    mind.beat()
    scanner = mind.home.swarm.scanner
    monitor.monitor_agents(mind.home.home, scanner, scanner.full(), every=0.0)
    assert mind.runs()

    mind.home.clock.advance(601)
    monitor.monitor_agents(mind.home.home, scanner, scanner.full(), every=0.0)

    assert (mind.record.phase, mind.record.ending) == (Phase.IDLE, Ending.KILLED)
    assert mind.causes() == ["root-timeout"]
    assert not mind.runs()


def test_a_failed_turn_is_an_alert_and_the_heartbeat_goes_on(mind: Mind) -> None:
    mind.thinks(FAIL)
    mind.home.spawn("worker-1")

    mind.turn()

    assert mind.causes() == ["root-failed"]
    state, why = mind.verdict()
    assert (state, "exit code 3" in why) == (Health.IDLE, True)
    made = mind.beat()
    assert made.passed
    mind.over()
    assert {alert.cause: alert.count for alert in mind.home.state.alerts}[AlertCause.ROOT_FAILED] == 2

    mind.thinks(SAY)
    mind.home.agent("worker-1").progress.write_text("here I am\n")
    mind.turn()
    assert "root-failed" not in mind.causes()


def put_in_the_way(directory: Path) -> None:
    """A file stands where the directory was."""
    shutil.rmtree(directory)
    directory.write_text("in the way")


@pytest.mark.parametrize(
    "breaks",
    [
        lambda mind: mind.home.agent(ROOT).spec.unlink(),
        lambda mind: mind.home.rules(more='\n[root]\non = true\nprogram = "nowhere"\n'),
        lambda mind: mind.home.rules(
            more='\n[root]\non = true\nprogram = "x"\n[programs.x]\nkind = "command"\nargv = ["/no/such"]\n'
        ),
        lambda mind: put_in_the_way(mind.home.agent(ROOT).run),
    ],
    ids=["no spec", "no program", "no executable", "no room for its files"],
)
def test_a_root_that_cannot_be_started_stops_no_heartbeat(mind: Mind, breaks: Callable[[Mind], object]) -> None:
    mind.thinks(SAY)
    mind.home.spawn("worker-1")
    mind.home.write_results("worker-1")
    breaks(mind)
    mind.home.swarm = mind.home.open()

    made = mind.beat()

    assert did(made, "collect") == ["genesis-01/worker-1"]
    assert mind.causes() == ["root-failed"]
    assert ("wake", ROOT, False) in [line[:3] for line in mind.home.lines("wake")]
    assert mind.home.state.agents.get(ROOT) is None or mind.record.phase is Phase.IDLE
    assert mind.beat().n == made.n + 1


def test_whatever_is_raised_in_waking_it_the_heartbeat_is_recorded(mind: Mind, monkeypatch: pytest.MonkeyPatch) -> None:
    mind.thinks(SAY)

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("nobody foresaw this")

    monkeypatch.setattr(root, "_wake", broken)
    made = mind.beat()

    assert made.n == mind.home.state.heartbeat_n
    [alert] = mind.home.state.alerts
    assert (alert.cause, "ZeroDivisionError" in alert.text) == ("root-failed", True)


def test_what_it_spawns_comes_through_our_verbs(mind: Mind) -> None:
    mind.thinks(SPAWN)

    mind.turn()

    assert mind.record.ending is Ending.DONE, (mind.record.why, mind.home.agent(ROOT).stderr.read_text())
    assert mind.home.record("idea-a").requested_by == ROOT
    assert mind.home.alive("idea-a")


def test_an_unticked_waking_does_not_happen(mind: Mind) -> None:
    mind.thinks(SAY)
    [action] = mind.home.swarm.rehearse().plan.actions
    assert action.key == f"wake:{ROOT}:"

    made = mind.home.swarm.beat(by="test", skip=[action.key])

    assert made.actions == ()
    assert mind.home.state.agents.get(ROOT) is None


def test_messages_that_wait_for_it_are_told_in_its_turn_once(mind: Mind) -> None:
    mind.thinks(SAY)
    mind.home.swarm.message(ROOT, "Idea B matters most.")

    mind.turn()
    mind.turn()

    assert mind.heard().count("Idea B matters most.") == 1


@pytest.mark.parametrize(
    "breaks",
    [
        lambda mind: mind.thinks(FAIL),
        lambda mind: mind.home.rules(
            more='\n[root]\non = true\nprogram = "x"\n[programs.x]\nkind = "command"\nargv = ["/no/such"]\n'
        ),
    ],
    ids=["it fails", "it does not start"],
)
def test_what_a_failed_turn_was_told_is_told_again_in_the_next(mind: Mind, breaks: Callable[[Mind], object]) -> None:
    mind.thinks(SAY)
    mind.home.swarm.message(ROOT, "Idea A is done.")
    mind.turn()
    breaks(mind)
    mind.home.swarm = mind.home.open()
    mind.home.swarm.message(ROOT, "Idea B matters most.")
    for _ in range(2):
        mind.beat()
        wait_for(mind.rests, "the turn to be settled")
    assert mind.causes() == ["root-failed"]

    mind.thinks(SAY)
    mind.turn()
    mind.turn()

    assert mind.heard().count("Idea B matters most.") == 1
    assert mind.heard().count("Idea A is done.") == 1


def test_the_operator_can_stop_a_turn_with_all_below_it(mind: Mind) -> None:
    mind.thinks(LINGER)
    mind.home.spawn("worker-1")
    mind.beat()

    report = mind.home.swarm.kill([ROOT], reason="enough")

    assert report.gone
    assert [each.agent for each in report.agents] == ["genesis-01/worker-1", ROOT]
    assert (mind.record.phase, mind.record.ending) == (Phase.IDLE, Ending.KILLED)
    assert mind.verdict()[1].endswith("ago: enough")
    assert not mind.runs()


def test_what_could_not_be_verified_of_a_turn_is_searched_again_at_every_heartbeat(
    mind: Mind, monkeypatch: pytest.MonkeyPatch
) -> None:
    mind.thinks(LINGER)
    mind.beat()
    stop = LocalRunner.stop
    with monkeypatch.context() as patch:
        patch.setattr(
            LocalRunner,
            "stop",
            lambda self, *words: stop(self, *words)._replace(gone=False, unverified="one is in a disk wait"),
        )
        assert not mind.home.swarm.kill([ROOT]).gone
        mind.beat(skip=[f"wake:{ROOT}:"])
        assert (mind.record.phase, mind.record.unverified) == (Phase.IDLE, "one is in a disk wait")
        assert "unverified" in mind.causes()

    mind.beat(skip=[f"wake:{ROOT}:"])

    assert (mind.record.phase, mind.record.unverified, mind.record.process) == (Phase.IDLE, "", None)
    assert "unverified" not in mind.causes()
    assert mind.home.lines("turn")[-1][:2] == ("turn", ROOT)


def test_a_frozen_swarm_wakes_nobody(mind: Mind) -> None:
    mind.thinks(SAY)
    mind.home.swarm.freeze_all()

    made = mind.beat()

    assert (did(made, "wake"), did(made, "skip")) == ([], [ROOT])
    assert mind.home.state.agents.get(ROOT) is None


def test_a_turn_that_is_paused_stands_still_and_does_not_age(mind: Mind) -> None:
    mind.thinks(LINGER)
    mind.beat()
    mind.home.swarm.pause(ROOT)

    made = mind.beat()

    assert did(made, "skip") == [ROOT]
    assert mind.causes() == []
    mind.home.swarm.resume(ROOT)
    assert mind.record.paused is None
    assert mind.runs()


def test_a_start_that_was_cut_short_leaves_an_idle_root_with_its_files(mind: Mind) -> None:
    mind.thinks(SAY)
    mind.turn()
    dead = replace(me(), ticks=me().ticks + 1)
    record = replace(mind.record, phase=Phase.SPAWNING, starter=dead, process=None, keeper=None)
    mind.home.agent(ROOT).exit.unlink()
    (mind.home.agent(ROOT).run / "kept.json").unlink()
    mind.home.home.ledger.commit(lambda state: with_record(state, record), purpose="test")

    mind.turn()

    assert mind.home.agent(ROOT).spec.exists()
    assert mind.home.agent(ROOT).task.exists()
    assert mind.record.ending is Ending.DONE


def test_the_root_is_not_spawned_again(mind: Mind) -> None:
    mind.thinks(SAY)
    mind.turn()
    with pytest.raises(SwarmError, match="not spawned again"):
        mind.home.swarm.respawn(ROOT)
    assert mind.home.agent(ROOT).spec.exists()


def test_its_leftovers_are_ended_with_its_turn(mind: Mind) -> None:
    mind.thinks('import subprocess\nprint(subprocess.Popen(["sleep", "300"], start_new_session=True).pid)\n')

    mind.turn()

    pid = int(mind.home.agent(ROOT).stdout.read_text())
    wait_for(lambda: identify(pid) is None, "what the turn left running to be gone")


def test_a_log_that_has_grown_too_long_is_put_aside(mind: Mind, monkeypatch: pytest.MonkeyPatch) -> None:
    mind.thinks(SAY)
    mind.turn()
    monkeypatch.setattr(root_launch, "MAX_LOG", 5)
    used = replace(mind.record, tokens=(1, 2, 3, 4), cost_usd=0.5)
    mind.home.home.ledger.commit(lambda state: with_record(state, used), purpose="test")

    mind.turn()

    assert mind.home.agent(ROOT).stdout.read_text() == "thinking\nidea-a goes on\n"
    assert (mind.home.agent(ROOT).log / "stdout.1").read_text() == "thinking\nidea-a goes on\n"
    snapshot = mind.home.swarm.snapshot()
    assert (snapshot.tokens, snapshot.cost_usd) == (10, 0.5)


def test_of_many_who_wake_it_at_once_one_does(mind: Mind) -> None:
    mind.thinks(LINGER)
    made = mind.home.swarm.beat(by="test", skip=[f"wake:{ROOT}:"])
    several = [mind.home.open() for _ in range(6)]

    with ThreadPoolExecutor(max_workers=6) as pool:
        begun = list(pool.map(lambda one: root.wake(one.home, made, one.scanner), several))

    turns = mind.home.agent(ROOT).path / "turns"
    wait_for(lambda: turns.exists() and turns.read_text().endswith("\n"), "the turn to begin")
    assert begun.count(True) == 1
    assert len(turns.read_text().splitlines()) == 1
    assert [line[2] for line in mind.home.lines("wake")].count(True) == 1
    assert mind.causes() == []


def test_its_start_takes_its_turn_among_all_starts(mind: Mind) -> None:
    mind.thinks(SAY)
    mind.home.spawn("worker-1")
    before = mind.home.state.last_start
    mind.turn()
    assert mind.home.state.last_start > before


@pytest.mark.slow
def test_whoever_dies_in_the_middle_of_waking_it_leaves_a_root_that_can_be_woken(mind: Mind) -> None:
    mind.thinks(SAY)
    count = operations(mind.home, "heartbeat", "")
    mind.over()
    spec, task = mind.home.agent(ROOT).spec.read_bytes(), mind.home.agent(ROOT).task.read_bytes()

    for at in points(count, 10):
        die_at(mind.home, "heartbeat", "", at)
        made = mind.home.open().beat(by="next", force=True)
        if did(made, "wake"):
            mind.over()
        else:
            wait_for(mind.rests, "the turn that was begun")
        assert mind.record.ending is Ending.DONE, (at, mind.record)
        assert (mind.home.agent(ROOT).spec.read_bytes(), mind.home.agent(ROOT).task.read_bytes()) == (spec, task)
        wait_for(lambda: not strays(mind.home.home, mind.home.state), "everything of the turn to be gone")

    mind.turn()
    assert mind.record.ending is Ending.DONE
