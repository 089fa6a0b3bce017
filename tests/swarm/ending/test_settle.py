"""Ends that come by themselves: noticed once, recorded as they were, their slots given back."""

import json
import shutil
import signal
import threading

import pytest

from swarm.ending.settle import settle
from swarm.errors import NotFound, Refused, SwarmError
from swarm.model.agent import Liveness
from swarm.model.health import Health
from swarm.model.record import Ending, Phase
from swarm.model.reports import ResultsState
from swarm.processes.identity import look, send
from swarm.verbs import report
from tests.support.homes import PERIOD, LiveHome
from tests.support.wait import wait_for


def test_an_agent_that_ends_with_results_is_collected_at_once(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", "sh", "-c", """echo '{"summary": "there"}' > results.json""")
    live_home.wait_until_ended("worker-1")

    assert live_home.swarm.settle() == ("genesis-01/worker-1",)

    record = live_home.record("worker-1")
    assert (record.phase, record.ending, record.exit_code, record.collected_n) == (Phase.ENDED, Ending.DONE, 0, 0)
    assert live_home.swarm.snapshot().slots.committed == 0
    assert live_home.lines("collect") == [("collect", "genesis-01/worker-1", True, "")]


def test_an_agent_that_ends_without_results_has_failed(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", "sh", "-c", "exit 7")
    live_home.wait_until_ended("worker-1")

    live_home.swarm.settle()

    record = live_home.record("worker-1")
    assert (record.ending, record.exit_code) == (Ending.FAILED, 7)
    assert "exit code 7" in record.why
    assert [alert.cause for alert in live_home.state.alerts] == ["failed"]


def test_an_agent_that_ends_with_broken_results_has_failed_and_says_why(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", "sh", "-c", "echo '[1' > results.json")
    live_home.wait_until_ended("worker-1")

    live_home.swarm.settle()

    assert live_home.record("worker-1").ending is Ending.FAILED
    assert "results.json is not valid" in live_home.record("worker-1").why


def test_an_agent_whose_keeper_and_program_were_killed_is_lost(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    record = live_home.record("worker-1")
    assert record.keeper is not None
    assert record.process is not None
    send(record.keeper, signal.SIGKILL)
    send(record.process, signal.SIGKILL)
    wait_for(lambda: not live_home.alive("worker-1"), "the program to go")

    wait_for(live_home.swarm.settle, "its loss to be noticed")

    assert live_home.record("worker-1").ending is Ending.LOST


def test_an_end_is_dated_by_when_it_came_and_not_by_when_it_was_noticed(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", "false")
    live_home.wait_until_ended("worker-1")
    said = json.loads(live_home.agent("worker-1").exit.read_text())["at"]
    live_home.clock.advance(3 * 3600)

    live_home.swarm.settle()

    record = live_home.record("worker-1")
    assert record.ended_at == said
    assert record.ended is not None
    assert live_home.home.now().awake - record.ended > 2.9 * 3600
    assert json.loads(live_home.agent("worker-1").ended.read_text())["ended_at"] == said
    assert record.spawned <= record.ended


def test_a_loss_is_dated_by_the_last_that_was_heard_of_it(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", "sh", "-c", "echo last words; exec sleep 300")
    said = live_home.agent("worker-1").stdout
    wait_for(lambda: said.stat().st_size, "its last words")
    record = live_home.record("worker-1")
    for identity in (record.keeper, record.process):
        assert identity is not None
        send(identity, signal.SIGKILL)
    wait_for(lambda: not live_home.alive("worker-1"), "the program to go")
    live_home.clock.advance(3600)

    wait_for(live_home.swarm.settle, "its loss to be noticed")

    assert live_home.record("worker-1").ended_at == said.stat().st_mtime


def test_an_end_that_is_verified_later_keeps_its_date(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    keeper = live_home.record("worker-1").keeper
    assert keeper is not None
    send(keeper, signal.SIGKILL)
    wait_for(lambda: look(keeper) is Liveness.DEAD, "its keeper to go")
    live_home.swarm.kill(["worker-1"])
    before = live_home.record("worker-1")
    assert before.unverified
    live_home.clock.advance(3600)

    live_home.swarm.kill(["worker-1"])

    after = live_home.record("worker-1")
    assert (after.unverified, after.ended_at, after.ended) == ("", before.ended_at, before.ended)


def test_what_runs_is_left_alone_and_nothing_is_committed(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.write_results("worker-1")
    before = live_home.state.revision

    assert settle(live_home.home) == ()
    assert live_home.state.revision == before


def test_an_end_that_two_notice_is_recorded_once(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", "true")
    live_home.wait_until_ended("worker-1")
    settled: list[str] = []
    together = threading.Barrier(4)

    def notice() -> None:
        swarm = live_home.open()
        together.wait()
        settled.extend(swarm.settle())

    threads = [threading.Thread(target=notice) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert settled == ["genesis-01/worker-1"]
    assert len(live_home.lines("end")) == 1


def test_results_are_read_and_marked_once(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.write_results("worker-1", '{"summary": "there"}')

    first, second = live_home.swarm.read("worker-1"), live_home.swarm.read("worker-1")

    assert (first.results.summary, first.first, second.first) == ("there", True, False)
    assert live_home.record("worker-1").read_by == "operator"


def test_there_is_nothing_to_read_before_the_end(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    with pytest.raises(SwarmError) as absent:
        live_home.swarm.read("worker-1")
    live_home.write_results("worker-1", "[1, 2")
    with pytest.raises(SwarmError) as invalid:
        live_home.swarm.read("worker-1")

    assert (absent.value.code, invalid.value.code) == ("no-results", "no-results")
    assert absent.value.exit_status == 1
    with pytest.raises(NotFound):
        live_home.swarm.read("worker-2")


def test_a_parent_reads_its_children_and_nobody_elses(live_home: LiveHome) -> None:
    live_home.spawn("idea-a", role="idea-meta", slots=2)
    live_home.spawn("worker-1", parent="idea-a")
    live_home.spawn("worker-2")
    live_home.write_results("idea-a/worker-1")
    live_home.write_results("worker-2")
    idea = live_home.open(live_home.actor("idea-a"))

    assert idea.read("worker-1").first
    assert live_home.record("idea-a/worker-1").read_by == "genesis-01/idea-a"
    with pytest.raises(Refused) as caught:
        idea.read("worker-2")
    assert caught.value.code == "hierarchy"


def test_children_of_an_agent_that_is_done_go_on(live_home: LiveHome) -> None:
    live_home.spawn(
        "idea-a",
        "sh",
        "-c",
        'while [ ! -e go ]; do sleep 0.05; done; echo \'{"status": "success"}\' > results.json',
        slots=2,
    )
    live_home.spawn("worker-1", parent="idea-a")
    (live_home.agent("idea-a").path / "go").touch()
    live_home.wait_until_ended("idea-a")

    live_home.swarm.settle()

    assert live_home.record("idea-a").ending is Ending.DONE
    assert live_home.alive("idea-a/worker-1")


def test_an_end_without_results_counts_as_seen_once_somebody_asked(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", "false")
    live_home.wait_until_ended("worker-1")

    with pytest.raises(SwarmError):
        live_home.swarm.read("worker-1")

    assert live_home.record("worker-1").read_by == "operator"


def test_an_end_counts_as_seen_when_its_alert_is_acknowledged(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", "false")
    live_home.wait_until_ended("worker-1")
    live_home.swarm.settle()

    live_home.swarm.acknowledge(live_home.state.alerts)

    assert live_home.record("worker-1").read_by == "operator"


def test_an_exit_that_an_agent_wrote_itself_ends_nobody(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    spawn_id = live_home.record("worker-1").spawn_id
    live_home.agent("worker-1").exit.write_text(f'{{"schema": 1, "spawn_id": "{spawn_id}", "code": 0, "at": 1}}')

    assert live_home.swarm.settle() == ()

    assert live_home.alive("worker-1")
    assert live_home.record("worker-1").holds_slot


@pytest.mark.parametrize("damage", ["garbage", "a directory"])
def test_an_exit_that_cannot_be_read_is_unknown_until_it_can_be_or_a_person_ends_the_agent(
    live_home: LiveHome, damage: str
) -> None:
    live_home.spawn("worker-1", "sh", "-c", "exit 7")
    live_home.wait_until_ended("worker-1")
    kept = live_home.agent("worker-1").exit.read_bytes()
    live_home.agent("worker-1").exit.unlink()
    if damage == "garbage":
        live_home.agent("worker-1").exit.write_text("{ torn")
    else:
        live_home.agent("worker-1").exit.mkdir()
    record = live_home.record("worker-1")
    wait_for(lambda: live_home.home.runner.alive(record) is not Liveness.ALIVE, "its keeper to end")

    live_home.swarm.beat(by="test")

    swarm = live_home.open()
    verdict = swarm.verdicts(swarm.snapshot())["genesis-01/worker-1"]
    assert verdict.state is Health.UNKNOWN
    assert "how it ended cannot be read: exit.json" in verdict.why
    assert live_home.record("worker-1").phase is Phase.RUNNING
    if damage == "garbage":
        live_home.agent("worker-1").exit.write_bytes(kept)
        live_home.open().settle()
        assert live_home.record("worker-1").ending is Ending.FAILED
        assert not live_home.record("worker-1").holds_slot
    else:
        live_home.swarm.kill(["worker-1"])
        assert live_home.record("worker-1").phase is Phase.ENDED


def test_results_count_also_where_the_exit_cannot_be_read(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", "sh", "-c", """echo '{"summary": "there"}' > results.json""")
    live_home.wait_until_ended("worker-1")
    live_home.agent("worker-1").exit.write_text("{ torn")
    record = live_home.record("worker-1")
    wait_for(lambda: live_home.home.runner.alive(record) is not Liveness.ALIVE, "its keeper to end")
    live_home.swarm.settle()
    assert live_home.record("worker-1").ending is Ending.DONE


def test_an_agent_whose_directory_was_removed_can_still_be_ended(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    shutil.rmtree(live_home.agent("worker-1").path)

    live_home.swarm.beat(by="test")
    assert live_home.alive("worker-1")
    assert live_home.swarm.kill(["worker-1"]).agents[0].agent == "genesis-01/worker-1"
    assert not live_home.alive("worker-1")


def test_the_ledger_lets_go_of_what_is_long_past_and_read(live_home: LiveHome) -> None:
    for name in ("read", "unread", "failed"):
        live_home.spawn(name)
        if name != "failed":
            live_home.write_results(name)
    live_home.swarm.kill(["genesis-01"])
    live_home.swarm.read("read")

    live_home.clock.advance(13 * PERIOD)
    live_home.swarm.beat(by="test")

    assert set(live_home.state.agents) & {f"genesis-01/{name}" for name in ("read", "unread", "failed")} == {
        "genesis-01/unread"
    }
    states = live_home.swarm.verdicts(live_home.swarm.snapshot())
    assert states["genesis-01/read"].state is Health.DONE
    assert states["genesis-01/failed"].state is Health.KILLED
    assert not live_home.swarm.read("read").first
    live_home.swarm.respawn("failed")


def test_outputs_of_the_last_moment_are_counted_when_it_is_settled(live_home: LiveHome) -> None:
    live_home.spawn(
        "worker-1",
        *(
            "sh",
            "-c",
            "echo one > 1.md; while [ ! -e go ]; do sleep 0.05; done; echo two > 2.md; echo '{}' > results.json",
        ),
        outputs=("*.md",),
    )
    agent = live_home.agent("worker-1")
    wait_for((agent.path / "1.md").exists, "its first output")
    live_home.swarm.beat(by="test", force=True)
    assert live_home.record("worker-1").observed.outputs == 1

    (agent.path / "go").touch()
    live_home.wait_until_ended("worker-1")
    live_home.swarm.settle()

    assert live_home.record("worker-1").observed.outputs == 2
    view = live_home.swarm.snapshot().agent("genesis-01/worker-1")
    assert view is not None
    assert view.observed.outputs == 2
    ended = json.loads(agent.ended.read_text())
    assert ended["observed"]["outputs"] == 2


def test_outputs_that_come_after_its_end_are_not_its_own(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", "sh", "-c", "echo one > 1.md; echo '{}' > results.json", outputs=("*.md",))
    live_home.wait_until_ended("worker-1")
    live_home.swarm.settle()

    (live_home.agent("worker-1").path / "2.md").touch()
    live_home.swarm.beat(by="test", force=True)

    assert live_home.record("worker-1").observed.outputs == 1


def test_a_tools_file_ends_no_living_agent_and_is_disputed_after_its_end(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", "sh", "-c", "while [ ! -e go ]; do sleep 0.05; done")
    live_home.write_results("worker-1", '{"numTotalTests": 418, "success": true}')

    assert live_home.swarm.settle() == ()
    assert live_home.record("worker-1").phase is Phase.RUNNING
    seen = live_home.swarm.read("worker-1")
    assert (seen.results.state, seen.first) == (ResultsState.INVALID, False)
    assert "418" in str(seen.results.data)

    (live_home.agent("worker-1").path / "go").touch()
    live_home.wait_until_ended("worker-1")
    live_home.swarm.settle()
    assert live_home.record("worker-1").ending is Ending.FAILED
    assert "418" in str(live_home.swarm.read("worker-1").results.data)


def test_done_puts_a_tools_file_aside_and_says_whose_results_it_writes(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", "sh", "-c", "while [ ! -e go ]; do sleep 0.05; done")
    agent, spawn_id = live_home.agent("worker-1"), live_home.record("worker-1").spawn_id
    live_home.write_results("worker-1", '{"numTotalTests": 418}')

    report.done(live_home.home.layout, live_home.actor("worker-1"), summary="There.")

    assert "418" in (agent.path / "results-1.json").read_text()
    assert spawn_id in agent.results.read_text()
    (agent.path / "go").touch()
    live_home.wait_until_ended("worker-1")
    live_home.swarm.settle()
    assert live_home.record("worker-1").ending is Ending.DONE
