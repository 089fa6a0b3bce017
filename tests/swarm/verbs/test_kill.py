"""Killing: whole subtrees, children first, nobody else, and nothing said to be gone that was not seen to go."""

import os
import shutil
import signal
import subprocess
import sys
import threading

import pytest

from swarm.api import Swarm
from swarm.ending.intents import Order
from swarm.errors import NotFound, Refused, SwarmError
from swarm.ledger.codec import read_ended
from swarm.ledger.state import State, with_record, without
from swarm.lifecycle.recovery import resolve_intents
from swarm.lifecycle.stop import end_subtree
from swarm.model.actor import ENGINE
from swarm.model.agent import Identity, Liveness
from swarm.model.record import Ending, Phase, Record, Ref
from swarm.model.values import replace
from swarm.processes.identity import identify, look
from swarm.processes.local_runner import LocalRunner
from swarm.processes.runner import StopReport
from swarm.protocol.paths import AgentDir
from swarm.verbs.doctor import rebuild
from tests.support.homes import LiveHome, stop_pids
from tests.support.wait import wait_for


def family(home: LiveHome) -> None:
    """idea-a with worker-1, which has helper; and worker-2."""
    home.spawn("idea-a", role="idea-meta", slots=4)
    home.spawn("worker-1", parent="idea-a", slots=2)
    home.spawn("worker-2", parent="idea-a")
    home.spawn("helper", parent="idea-a/worker-1")


def test_a_subtree_goes_down_children_first(live_home: LiveHome) -> None:
    family(live_home)
    live_home.spawn("bystander")

    report = live_home.swarm.kill(["idea-a"], reason="enough")

    assert report.gone
    assert [ended.agent for ended in report.agents] == [
        "genesis-01/idea-a/worker-1/helper",
        "genesis-01/idea-a/worker-1",
        "genesis-01/idea-a/worker-2",
        "genesis-01/idea-a",
    ]
    killed = [agent for _, agent, _, _ in live_home.lines("kill")]
    assert killed.index("genesis-01/idea-a") == 3
    assert killed[0].endswith("helper")
    assert live_home.alive("bystander")
    assert not any(live_home.alive(one) for one in ("idea-a", "idea-a/worker-1", "idea-a/worker-1/helper"))
    assert live_home.swarm.snapshot().slots.committed == 1


def test_the_record_says_who_ended_it_why_and_when(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")

    live_home.swarm.kill(["worker-1"], reason="not needed any more")

    record = live_home.record("worker-1")
    assert (record.phase, record.ending, record.ended_by, record.why) == (
        Phase.ENDED,
        Ending.KILLED,
        "operator",
        "not needed any more",
    )
    assert record.exit_code == -signal.SIGTERM
    past = read_ended(live_home.agent("worker-1")).value
    assert past is not None
    assert (past.ending, past.why, past.spawn_id) == (Ending.KILLED, "not needed any more", record.spawn_id)


def test_an_agent_that_ignores_term_is_killed_after_the_grace(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done")
    wait_for(lambda: live_home.agent("worker-1").stdout.read_text() == "ready\n", "the trap")

    report = live_home.swarm.kill(["worker-1"], grace=0.2)

    assert report.gone
    assert live_home.record("worker-1").exit_code == -signal.SIGKILL
    assert any("KILL" in step for step in report.agents[0].steps)


def test_killing_the_root_ends_everybody_and_leaves_it_open(live_home: LiveHome) -> None:
    family(live_home)

    assert live_home.swarm.kill(["genesis-01"]).gone
    assert live_home.swarm.snapshot().slots.committed == 0
    live_home.spawn("worker-9")


def test_an_agent_that_has_ended_already_is_no_error(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.swarm.kill(["worker-1"])

    report = live_home.swarm.kill(["worker-1"])

    assert [(ended.agent, ended.note, ended.gone) for ended in report.agents] == [
        ("genesis-01/worker-1", "already ended", True)
    ]


def test_an_agent_that_ended_by_itself_meanwhile_is_not_called_killed(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", "sh", "-c", "exit 3")
    live_home.wait_until_ended("worker-1")

    live_home.swarm.kill(["worker-1"])

    record = live_home.record("worker-1")
    assert (record.ending, record.exit_code) == (Ending.FAILED, 3)


def test_an_agent_that_had_written_its_results_is_done(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.write_results("worker-1")

    report = live_home.swarm.kill(["worker-1"])

    assert report.agents[0].note == "done"
    assert live_home.record("worker-1").ending is Ending.DONE
    assert not live_home.alive("worker-1")


def test_an_unknown_or_ambiguous_id_is_refused_with_the_choices(live_home: LiveHome) -> None:
    live_home.spawn("idea-a", role="idea-meta", slots=2)
    live_home.spawn("idea-b", role="idea-meta", slots=2)
    live_home.spawn("worker-1", parent="idea-a")
    live_home.spawn("worker-1", parent="idea-b")

    with pytest.raises(NotFound) as unknown:
        live_home.swarm.kill(["worker-9"])
    with pytest.raises(NotFound) as ambiguous:
        live_home.swarm.kill(["worker-1"])

    assert "worker-1" in unknown.value.detail
    assert ambiguous.value.code == "ambiguous"
    assert "genesis-01/idea-a/worker-1" in ambiguous.value.detail
    assert "genesis-01/idea-b/worker-1" in ambiguous.value.detail
    assert [line[2] for line in live_home.lines("kill")] == [False, False]


def test_a_namesake_that_came_in_the_meantime_is_not_hit(live_home: LiveHome) -> None:
    first = live_home.spawn("worker-1")
    live_home.swarm.kill(["worker-1"])
    live_home.swarm.respawn("worker-1")

    with pytest.raises(NotFound):
        live_home.swarm.kill(["worker-1"], spawn_ids={first.agent: first.spawn_id})
    assert live_home.alive("worker-1")


def test_a_foreign_agent_is_never_killed(live_home: LiveHome) -> None:
    place = live_home.agent("stranger").path
    place.mkdir()
    (place / "progress.md").write_text("2026-01-01 10:00 - at work\n")

    with pytest.raises(Refused) as caught:
        live_home.swarm.kill(["stranger"])
    assert caught.value.code == "foreign"


def test_an_agent_that_runs_without_a_record_is_not_called_gone(live_home: LiveHome) -> None:
    """A ledger out of a backup: what came after it runs on, and only the operator takes it in again."""
    live_home.spawn("worker-1")
    record = live_home.record("worker-1")
    live_home.home.ledger.commit(lambda state: without(state, record.id), purpose="forget it")

    with pytest.raises(SwarmError, match="no record") as caught:
        live_home.swarm.kill(["worker-1"])

    assert (caught.value.code, caught.value.exit_status) == ("unknown", 1)
    assert "doctor --rebuild" in caught.value.hint
    assert record.process is not None
    assert look(record.process) is Liveness.ALIVE
    rebuild(live_home.home)
    assert live_home.swarm.kill(["worker-1"]).gone
    assert look(record.process) is Liveness.DEAD


def test_a_refused_kill_is_recorded_with_the_whole_id(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.spawn("worker-2")
    with pytest.raises(Refused):
        live_home.open(live_home.actor("worker-1")).kill(["worker-2"])
    assert live_home.lines("kill") == [("kill", "genesis-01/worker-2", False, "hierarchy")]


def test_an_agent_ends_only_its_own_children(live_home: LiveHome) -> None:
    family(live_home)
    worker = live_home.open(live_home.actor("idea-a/worker-1"))
    idea = live_home.open(live_home.actor("idea-a"))

    for reach in ("idea-a/worker-2", "idea-a", "idea-a/worker-1"):
        with pytest.raises(Refused) as caught:
            worker.kill([reach])
        assert caught.value.code == "hierarchy"
    with pytest.raises(Refused):
        idea.kill(["idea-a/worker-1/helper"])
    assert idea.kill(["worker-1"]).gone
    assert live_home.alive("idea-a")


def test_a_queued_agent_is_taken_out_of_the_queue(live_home: LiveHome) -> None:
    live_home.rules(slots=1, reserve=0)
    swarm = live_home.open()
    swarm.spawn(live_home.request("worker-1"))
    swarm.spawn(live_home.request("worker-2", queue=True))

    report = swarm.kill(["worker-2"])

    assert report.agents[0].note == "queued"
    assert live_home.state.queue == ()
    assert "genesis-01/worker-2" not in live_home.state.agents
    assert live_home.alive("worker-1")


def test_a_preview_names_who_goes_down_and_ends_nobody(live_home: LiveHome) -> None:
    family(live_home)

    [preview] = live_home.swarm.preview_kill(["idea-a"], live_home.swarm.snapshot())

    assert preview.target == "genesis-01/idea-a"
    assert [member[0] for member in preview.members] == [
        "genesis-01/idea-a",
        "genesis-01/idea-a/worker-1",
        "genesis-01/idea-a/worker-1/helper",
        "genesis-01/idea-a/worker-2",
    ]
    assert live_home.alive("idea-a/worker-1/helper")


def test_two_kills_at_once_end_it_once(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", "sh", "-c", "trap '' TERM; while :; do sleep 0.1; done")
    notes: list[str] = []
    both = threading.Barrier(2)

    def end() -> None:
        swarm = live_home.open()
        both.wait()
        notes.extend(ended.note for ended in swarm.kill(["worker-1"], grace=0.3).agents)

    threads = [threading.Thread(target=end) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(notes) == ["", "already ended"]
    reasons = [each for each in live_home.swarm.events() if each.verb == "kill" and not each.more.get("nothing")]
    assert len(reasons) == 1


def test_no_spawn_is_accepted_in_a_subtree_from_the_first_moment_of_its_end(
    live_home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_home.spawn("idea-a", role="idea-meta", slots=4)
    live_home.spawn("worker-1", parent="idea-a")
    agent = live_home.open(live_home.actor("idea-a"))
    codes: list[str] = []
    stop = LocalRunner.stop

    def while_stopping(self: LocalRunner, record: Record, directory: AgentDir, grace: float) -> StopReport:
        with pytest.raises(Refused) as caught:
            agent.spawn(live_home.request("late"))
        codes.append(caught.value.code)
        return stop(self, record, directory, grace)

    monkeypatch.setattr(LocalRunner, "stop", while_stopping)
    live_home.swarm.kill(["idea-a"])

    assert codes == ["hierarchy", "hierarchy"]
    assert not live_home.agent("idea-a/late").path.exists()
    assert live_home.state.branches_closed == frozenset()


def test_what_could_not_be_verified_is_said_and_holds_its_slot_until_a_second_search(
    live_home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_home.spawn("worker-1")
    stop = LocalRunner.stop
    with monkeypatch.context() as patch:
        patch.setattr(
            LocalRunner,
            "stop",
            lambda self, *words: stop(self, *words)._replace(gone=False, unverified="one is in a disk wait"),
        )
        report = live_home.swarm.kill(["worker-1"])

    assert not report.gone
    assert report.agents[0].unverified == "one is in a disk wait"
    assert live_home.swarm.snapshot().slots.committed == 1
    assert "unverified" in [alert.cause for alert in live_home.state.alerts]

    assert live_home.swarm.kill(["worker-1"]).gone
    assert live_home.swarm.snapshot().slots.committed == 0


@pytest.mark.parametrize("what", ["shell", "init", "zero", "self", "recycled"])
def test_a_pid_that_somebody_wrote_into_the_ledger_is_never_signalled(live_home: LiveHome, what: str) -> None:
    live_home.spawn("worker-1")
    bystander = subprocess.Popen(["sleep", "300"], start_new_session=True)
    try:
        record = live_home.record("worker-1")
        real = record.process
        assert real is not None
        ours = identify(os.getpid())
        parent = identify(os.getppid())
        assert ours is not None
        forged: dict[str, Identity | None] = {
            "shell": replace(real, pid=os.getppid(), ticks=parent.ticks if parent else 1, marker=""),
            "init": replace(real, pid=1, marker=""),
            "zero": replace(real, pid=0, marker=""),
            "self": replace(ours, marker=""),
            "recycled": replace(real, pid=bystander.pid),
        }
        wrong = replace(record, process=forged[what], keeper=forged[what])
        live_home.home.ledger.commit(lambda state: with_record(state, wrong), purpose="forge")

        live_home.open().kill(["worker-1"], grace=0.1)

        assert bystander.poll() is None
        assert os.getpid() == ours.pid
        wait_for(lambda: identify(real.pid) is None, "the real one to be found by its marker")
    finally:
        stop_pids([bystander.pid])
        bystander.wait()


def test_a_stop_whose_process_died_is_finished_by_whoever_looks_next(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    dead = subprocess.Popen([sys.executable, "-c", ""])
    identity = identify(dead.pid)
    dead.wait()
    assert identity is not None
    record = replace(
        live_home.record("worker-1"), phase=Phase.STOPPING, stopper=identity, why="asked", ended_by="operator"
    )

    def intend(state: State) -> State:
        return replace(with_record(state, record), branches_closed=frozenset({record.id}))

    live_home.home.ledger.commit(intend, purpose="cut short")

    assert resolve_intents(live_home.home) == (record.id,)

    after = live_home.record("worker-1")
    assert (after.phase, after.ending, after.why, after.ended_by) == (Phase.ENDED, Ending.KILLED, "asked", "operator")
    assert not live_home.alive("worker-1")
    assert live_home.state.branches_closed == frozenset()


def test_results_that_appear_right_before_the_signal_of_a_heartbeat_mean_done(
    live_home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_home.spawn("worker-1")
    stop = LocalRunner.stop

    def late(self: LocalRunner, record: Record, agent: AgentDir, grace: float) -> StopReport:
        live_home.write_results("worker-1")
        return stop(self, record, agent, grace)

    monkeypatch.setattr(LocalRunner, "stop", late)
    order = Order("silent for 50m", 1.0, str(ENGINE), automatic=True)
    [ended] = end_subtree(live_home.home, Ref("genesis-01/worker-1", ""), order)

    assert ended.note == "done"
    assert live_home.record("worker-1").ending is Ending.DONE
    assert [verb for verb, *_ in live_home.lines() if verb != "notify"][-2:] == ["spawn", "collect"]


def test_an_order_to_end_an_earlier_spawn_does_not_end_a_later_one(live_home: LiveHome) -> None:
    earlier = live_home.spawn("worker-1")
    live_home.swarm.kill(["worker-1"])
    live_home.swarm.respawn("worker-1")

    [told] = end_subtree(live_home.home, Ref(earlier.agent, earlier.spawn_id), Order("late", 1.0, str(ENGINE)))

    assert (told.gone, told.note, told.unverified) == (True, "already ended", "")
    assert live_home.record("worker-1").phase is Phase.RUNNING
    assert live_home.alive("worker-1")


def test_a_copy_of_a_living_home_leaves_the_originals_agents_alone(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.spawn("worker-2")
    copy = live_home.root.with_name("copy")
    shutil.copytree(live_home.root, copy, symlinks=True)
    swarm = Swarm.open(copy, clock=live_home.clock)

    swarm.pause("worker-1")
    swarm.kill(["worker-1"])
    swarm.settle()

    ended = swarm.home.ledger.read().agents
    assert [ended[f"genesis-01/worker-{number}"].ending for number in (1, 2)] == [Ending.LOST, Ending.LOST]
    assert "this home is a copy" in ended["genesis-01/worker-2"].why
    assert live_home.alive("worker-1")
    assert live_home.alive("worker-2")


@pytest.mark.parametrize("known", ["running", "unverified"])
def test_a_copy_of_a_home_leaves_alone_what_is_left_of_the_originals_agents(live_home: LiveHome, known: str) -> None:
    """Keeper and program are dead, and only a marker tells whose it is."""
    live_home.spawn("worker-1", "sh", "-c", "setsid sleep 300 & echo $!; exec sleep 300")
    wait_for(lambda: live_home.agent("worker-1").stdout.read_text().endswith("\n"), "the pid of what goes away")
    left = identify(int(live_home.agent("worker-1").stdout.read_text()))
    record = live_home.record("worker-1")
    assert left is not None
    assert record.keeper is not None
    assert record.process is not None
    stop_pids([record.keeper.pid, record.process.pid])
    keeper, program = record.keeper, record.process
    wait_for(lambda: {look(keeper), look(program)} == {Liveness.DEAD}, "keeper and program to go")
    if known == "unverified":
        ended = replace(record, phase=Phase.ENDED, ending=Ending.KILLED, unverified="something may be left")
        live_home.home.ledger.commit(lambda state: with_record(state, ended), purpose="end it halfway")
    copy = live_home.root.with_name("copy")
    shutil.copytree(live_home.root, copy, symlinks=True)
    swarm = Swarm.open(copy, clock=live_home.clock)

    swarm.settle()
    swarm.kill(["worker-1"])
    swarm.beat(by="test", force=True)

    assert look(left) is Liveness.ALIVE
    live_home.swarm.kill(["worker-1"])
    assert look(left) is Liveness.DEAD


def test_the_agents_of_a_home_that_was_moved_are_still_its_own(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    moved = live_home.root.with_name("moved")
    live_home.root.rename(moved)
    try:
        swarm = Swarm.open(moved, clock=live_home.clock)
        assert swarm.settle() == ()
        assert swarm.kill(["worker-1"]).gone
    finally:
        moved.rename(live_home.root)
    assert not live_home.alive("worker-1")


@pytest.mark.parametrize("how", ["removed", "renamed", "replaced"])
def test_an_agent_whose_directory_is_gone_is_ended_in_one_go_and_nothing_is_made_anew(
    live_home: LiveHome, how: str
) -> None:
    live_home.spawn("worker-1", "sh", "-c", "sleep 300 & exec sleep 300")
    directory = live_home.agent("worker-1").path
    aside = directory.with_name("aside")
    directory.rename(aside)
    if how == "removed":
        shutil.rmtree(aside)
    elif how == "replaced":
        directory.mkdir()
        (directory / "progress.md").write_text("2026-01-01 00:00 - somebody else\n")
    live_home.clock.advance(30 * 24 * 3600)
    live_home.swarm.beat(by="test", force=True)
    live_home.swarm.beat(by="test", force=True)
    assert live_home.alive("worker-1")

    report = live_home.swarm.kill(["worker-1"])

    assert report.gone
    assert not report.agents[0].unverified
    assert not live_home.alive("worker-1")
    assert live_home.swarm.snapshot().slots.used == 0
    assert os.listdir(directory) == ["progress.md"] if how == "replaced" else not directory.exists()
    if how != "replaced":
        live_home.spawn("worker-1")


def test_a_kill_that_another_process_does_not_finish_is_not_called_done(
    live_home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_home.spawn("worker-1")
    monkeypatch.setattr("swarm.lifecycle.stop.PATIENCE", 0.2)
    slow = subprocess.Popen(["sleep", "300"])
    try:
        stopping = replace(live_home.record("worker-1"), phase=Phase.STOPPING, stopper=identify(slow.pid))
        live_home.home.ledger.commit(lambda state: with_record(state, stopping), purpose="stop slowly")

        report = live_home.swarm.kill(["worker-1"], grace=0)

        assert not report.gone
        assert "another process" in report.agents[0].note
    finally:
        stop_pids([slow.pid])
        slow.wait()
    assert live_home.swarm.kill(["worker-1"]).gone
