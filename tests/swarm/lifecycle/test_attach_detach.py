"""Speaking to agents: messages into a session, a person in its terminal, the session taken up again, the gentle end."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.ending.intents import me
from swarm.errors import Code, Refused, SwarmError
from swarm.ledger.state import State, with_record
from swarm.lifecycle import relaunch
from swarm.lifecycle.attach import MayGoOn
from swarm.lifecycle.detach import detach_abandoned
from swarm.lifecycle.recovery import resolve_intents
from swarm.lifecycle.relaunch import session_of
from swarm.model.activity import Activity
from swarm.model.health import Health
from swarm.model.launch import Launch
from swarm.model.record import Ending, Phase, Record
from swarm.model.values import replace
from swarm.processes import stdin_channel
from swarm.processes.local_runner import LocalRunner
from swarm.programs.claude.stream import ClaudeReader
from swarm.protocol import inbox
from swarm.protocol.paths import AgentDir
from tests.support.chatting import chat, kept, lines, session, told, with_chatter
from tests.support.homes import LiveHome
from tests.support.wait import wait_for

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


def with_words(*words: str) -> Callable[[Launch, Callable[[int], MayGoOn]], int]:
    """A person who says these words in a terminal, and leaves."""

    def client(launch: Launch, started: Callable[[int], MayGoOn]) -> int:
        process = subprocess.Popen(
            launch.argv, env=launch.environment, cwd=launch.cwd, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        started(process.pid)
        process.communicate("".join(f"{line}\n" for line in (*words, "/exit")).encode())
        return process.returncode

    return client


def test_a_message_goes_into_the_running_session_once(live_home: LiveHome) -> None:
    with_chatter(live_home)
    agent = chat(live_home)

    left = live_home.swarm.message("worker-1", "use the second source")

    assert left.sent
    wait_for(lambda: len(told(agent)) == 2, "it to arrive")
    assert told(agent)[1].startswith(f"[{left.id}] Message from operator, ")
    assert told(agent)[1].endswith("> use the second source")
    assert f"({left.id})" in agent.inbox.read_text()
    assert inbox.undelivered(agent)[0] == [], "no hook delivers it again"


def test_a_message_waits_where_the_program_does_not_listen(live_home: LiveHome) -> None:
    with_chatter(live_home)
    agent = chat(live_home)
    live_home.swarm.pause("worker-1")
    paused = live_home.swarm.message("worker-1", "first")
    live_home.swarm.resume("worker-1")
    sent = live_home.swarm.message("worker-1", "second")

    assert (paused.sent, paused.waits) == (False, "it is paused")
    assert sent.sent
    assert [key for key, _ in inbox.undelivered(agent)[0]] == [paused.id]
    live_home.spawn("worker-2")
    assert "takes no words" in live_home.swarm.message("worker-2", "hello").waits


def test_another_control_room_speaks_to_the_same_session(live_home: LiveHome) -> None:
    with_chatter(live_home)
    agent = chat(live_home)
    live_home.swarm.message("worker-1", "one")
    assert live_home.open().message("worker-1", "two").sent
    wait_for(lambda: len(told(agent)) == 3, "both to arrive")


def test_a_kill_asks_over_the_channel_first(live_home: LiveHome) -> None:
    with_chatter(live_home, grace=10.0)
    agent = chat(live_home, task="!sleep now")

    report = live_home.swarm.kill(["worker-1"])

    assert report.gone
    assert report.agents[0].steps[0] == "asked over its channel, and it ended"
    assert [each["subtype"] for each in lines(agent, "control_response")] == ["end_session"]
    assert json.loads(agent.exit.read_text())["stopped"] is False
    assert live_home.record("worker-1").ending is Ending.KILLED


def test_a_program_that_ignores_the_wish_is_ended_all_the_same(live_home: LiveHome) -> None:
    with_chatter(live_home, grace=1.0)
    agent = chat(live_home)
    record = live_home.record("worker-1")
    assert record.process is not None
    os.kill(record.process.pid, signal.SIGSTOP)
    report = live_home.swarm.kill(["worker-1"])
    assert report.gone
    assert report.agents[0].steps[0] == "asked over its channel"
    assert agent.exit.exists()


def test_a_sub_agent_is_ended_by_itself(live_home: LiveHome) -> None:
    with_chatter(live_home)
    agent = chat(live_home, task="Start an !agent please")

    report = live_home.swarm.kill([live_home.id("worker-1") + "/~t1"], reason="astray")

    assert (report.gone, report.agents[0].agent) == (True, live_home.id("worker-1") + "/~t1")
    assert lines(agent, "task_updated")[0]["task_id"] == "t1"
    assert live_home.record("worker-1").phase is Phase.RUNNING
    assert ("kill", live_home.id("worker-1") + "/~t1", True, "") in live_home.lines("kill")
    live_home.spawn("worker-2")
    with pytest.raises(SwarmError) as caught:
        live_home.swarm.kill([live_home.id("worker-2") + "/~t1"])
    assert caught.value.code == "channel"


def test_a_person_takes_over_and_the_session_goes_on_after(live_home: LiveHome) -> None:
    sessions = with_chatter(live_home)
    agent = chat(live_home)
    before = live_home.record("worker-1")
    seen: list[object] = []
    talk = with_words("look at page 4")

    def client(launch: Launch, started: Callable[[int], MayGoOn]) -> int:
        def say(pid: int) -> MayGoOn:
            going = started(pid)
            now = live_home.record("worker-1")
            seen.extend([now.phase, now.taken_over, now.keeper, now.process and now.process.pid == pid])
            live_home.open().settle()
            seen.append(live_home.record("worker-1").phase)
            return going

        live_home.clock.advance(3000)
        return talk(launch, say)

    returned = live_home.swarm.attach("worker-1", client, who="the operator at a test")

    assert (returned.how, returned.code) == ("up", 0)
    assert seen == [Phase.RUNNING, "the operator at a test", None, True, Phase.RUNNING]
    after = live_home.record("worker-1")
    assert (after.spawn_id, after.phase, after.taken_over, after.slots) == (
        before.spawn_id, Phase.RUNNING, "", before.slots,
    )  # fmt: skip
    assert after.process is not None
    assert before.process is not None
    assert after.process.pid != before.process.pid
    assert after.paused_total >= 3000, "the time with the person does not age"
    wait_for(lambda: len(told(agent)) == 2, "its next turn")
    assert "look at page 4" in kept(sessions, agent)
    assert (agent.log / "exit-1.json").exists()
    assert not agent.exit.exists()
    assert [line[0] for line in live_home.lines() if line[0] in ("attach", "take-up", "detach")] == [
        "attach", "take-up", "detach",
    ]  # fmt: skip
    assert len(lines(agent, "run")) == 3, "each run is marked, the operator's too"
    assert live_home.swarm.kill(["worker-1"]).gone


def test_a_talk_that_its_program_does_not_write_down_is_marked_as_unknown_once(live_home: LiveHome) -> None:
    with_chatter(live_home)
    agent = chat(live_home)
    assert live_home.swarm.attach("worker-1", with_words("hello")).how == "up"
    wait_for(lambda: len(told(agent)) == 2, "its next turn")

    marks = [each for each in lines(agent, "swarm") if "terminal" in each]
    assert [each["terminal"] for each in marks] == ["untold"]
    assert not agent.terminal.exists()
    view = live_home.swarm.snapshot().agent(live_home.id("worker-1"))
    assert view is not None
    assert view.activity is not None
    assert view.activity.untold
    assert view.unpriced, "no sum that leaves it out is shown as the whole"
    live_home.swarm.kill(["worker-1"])
    assert "not known" in "".join(each.text for each in activities(agent))


def activities(agent: AgentDir) -> list[Activity]:
    """What its output says, read as the program's."""
    feed = ClaudeReader().feed
    return [activity for line in agent.stdout.read_bytes().splitlines() for activity in feed(line)]


def test_a_client_that_never_ran_leaves_no_mark(live_home: LiveHome) -> None:
    with_chatter(live_home)
    agent = chat(live_home)

    def fails(*_: object) -> int:
        raise OSError("no terminal")

    with pytest.raises(OSError, match="no terminal"):
        live_home.swarm.attach("worker-1", fails)
    assert [each for each in lines(agent, "swarm") if "terminal" in each] == []


def test_a_message_that_a_run_no_longer_read_is_brought_when_it_is_taken_up(live_home: LiveHome) -> None:
    with_chatter(live_home)
    agent = chat(live_home, task="!deaf")
    assert live_home.swarm.message("worker-1", "use the second source").sent

    live_home.swarm.attach("worker-1", with_words())

    wait_for(lambda: len(told(agent)) == 2, "its next turn")
    assert "use the second source" in told(agent)[1]
    live_home.swarm.kill(["worker-1"])


def test_no_heartbeat_ends_or_collects_whom_a_person_talks_to(live_home: LiveHome) -> None:
    with_chatter(live_home)
    agent = chat(live_home)
    seen: list[object] = []

    def client(launch: Launch, started: Callable[[int], MayGoOn]) -> int:
        def say(pid: int) -> MayGoOn:
            going = started(pid)
            agent.results.write_text('{"status": "success", "summary": "the person did it"}')
            live_home.clock.advance(5000)
            other = live_home.open()
            beat = other.beat(by="test")
            view = other.snapshot().agent(live_home.id("worker-1"))
            assert view is not None
            verdict = other.verdicts(other.snapshot())[view.id]
            seen.extend([verdict.state, verdict.kill_due, [each.action for each in beat.actions]])
            agent.results.unlink()
            assert live_home.alive("worker-1")
            return going

        return with_words()(launch, say)

    assert live_home.swarm.attach("worker-1", client).how == "up"
    assert seen == [Health.HELD, False, []]
    view = live_home.swarm.snapshot().agent(live_home.id("worker-1"))
    assert view is not None
    assert not live_home.swarm.verdicts(live_home.swarm.snapshot())[view.id].kill_due


def test_who_wrote_results_with_the_person_is_done_and_not_taken_up(live_home: LiveHome) -> None:
    with_chatter(live_home)
    chat(live_home)
    returned = live_home.swarm.attach("worker-1", with_words("!results"))
    assert returned.how == "done"
    assert live_home.record("worker-1").ending is Ending.DONE
    assert live_home.swarm.snapshot().slots.committed == 0


def test_a_client_that_fails_to_start_or_breaks_leaves_the_agent_at_work(live_home: LiveHome) -> None:
    with_chatter(live_home)
    agent = chat(live_home)

    def broken(launch: Launch, started: Callable[[int], MayGoOn]) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        live_home.swarm.attach("worker-1", broken)

    assert (live_home.record("worker-1").phase, live_home.record("worker-1").taken_over) == (Phase.RUNNING, "")
    wait_for(lambda: len(told(agent)) == 2, "its next turn")


def test_a_session_that_cannot_be_taken_up_again_is_an_end_with_words(live_home: LiveHome) -> None:
    with_chatter(live_home)
    agent = chat(live_home)

    def client(launch: Launch, started: Callable[[int], MayGoOn]) -> int:
        code = with_words()(launch, started)
        agent.log.rename(agent.path / "elsewhere")
        agent.log.write_text("in the way")
        return code

    returned = live_home.swarm.attach("worker-1", client)

    assert returned.how == "failed"
    record = live_home.record("worker-1")
    assert (record.phase, record.ending) == (Phase.ENDED, Ending.FAILED)
    assert "could not be taken up again" in record.why
    assert live_home.swarm.snapshot().slots.committed == 0


def test_who_was_killed_in_the_terminal_is_not_taken_up(live_home: LiveHome) -> None:
    with_chatter(live_home)
    chat(live_home)

    def client(launch: Launch, started: Callable[[int], MayGoOn]) -> int:
        def say(pid: int) -> MayGoOn:
            going = started(pid)
            live_home.open().kill(["worker-1"])
            return going

        return with_words()(launch, say)

    returned = live_home.swarm.attach("worker-1", client)

    assert returned.how == "ended"
    record = live_home.record("worker-1")
    assert (record.ending, record.taken_over) == (Ending.KILLED, "")
    assert "keeper did not report" in record.unverified, "a terminal has no keeper, and that is said"


def test_a_terminal_that_died_with_its_command_is_found_and_the_session_goes_on(live_home: LiveHome) -> None:
    with_chatter(live_home)
    agent = chat(live_home)

    def client(launch: Launch, started: Callable[[int], MayGoOn]) -> int:
        with_words("half a word")(launch, started)
        # As if this process were killed here: the ledger as it is now is all that is left.
        state_then.append(live_home.record("worker-1"))
        return 0

    state_then: list[Record] = []
    live_home.swarm.attach("worker-1", client)
    live_home.swarm.kill(["worker-1"], grace=0.0)
    forgotten = state_then[0]

    def as_it_was(state: State) -> State:
        return with_record(state, forgotten)

    live_home.home.ledger.commit(as_it_was, purpose="test")
    agent.ended.unlink()
    turns = len(told(agent))

    assert live_home.swarm.settle() == ()
    assert detach_abandoned(live_home.home) == (live_home.id("worker-1"),)

    assert live_home.record("worker-1").taken_over == ""
    wait_for(lambda: len(told(agent)) == turns + 1, "its next turn")


def test_a_taking_up_that_was_cut_short_leaves_the_earlier_end(live_home: LiveHome) -> None:
    with_chatter(live_home)
    agent = chat(live_home)
    record = live_home.record("worker-1")
    stdin_channel.close(agent)
    live_home.wait_until_ended("worker-1")
    relaunch.archive_exit(agent)
    agent.kept.unlink()
    dead = replace(me(), ticks=me().ticks + 1)

    def intend(state: State) -> State:
        return with_record(state, replace(record, phase=Phase.SPAWNING, starter=dead))

    live_home.home.ledger.commit(intend, purpose="test")

    assert resolve_intents(live_home.home) == (record.id,)

    assert agent.exit.exists(), "its end is in force again"
    assert live_home.swarm.settle() == (record.id,)
    assert live_home.record("worker-1").ending is Ending.FAILED
    assert agent.task.exists(), "nothing of it was cleared away"


def test_nobody_is_taken_up_whom_the_ledger_let_go_of(live_home: LiveHome) -> None:
    with_chatter(live_home)
    chat(live_home)
    live_home.swarm.kill(["worker-1"])
    record = live_home.record("worker-1")
    launch = Launch(record.spawn_id, ("true",), {"SWARM_SPAWN": record.spawn_id}, Path("/"))
    with pytest.raises(Refused) as caught:
        relaunch.relaunch(live_home.home, record, launch, reason="a test")
    assert caught.value.code == "stopped"
    assert live_home.record("worker-1").phase is Phase.ENDED


def test_two_people_do_not_take_one_agent_over(live_home: LiveHome) -> None:
    with_chatter(live_home)
    chat(live_home)
    refused: list[str] = []

    def client(launch: Launch, started: Callable[[int], MayGoOn]) -> int:
        def say(pid: int) -> MayGoOn:
            going = started(pid)
            with pytest.raises(Refused) as caught:
                live_home.open().attach("worker-1", with_words(), who="another")
            refused.append(caught.value.detail)
            return going

        return with_words()(launch, say)

    assert live_home.swarm.attach("worker-1", client, who="somebody").how == "up"
    assert refused == ["Somebody has it already."]


def test_who_cannot_be_taken_over_says_what_to_do(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    with pytest.raises(Refused) as caught:
        live_home.swarm.attach("worker-1", with_words())
    assert caught.value.code == "attach"
    assert "log genesis-01/worker-1 -f" in caught.value.hint
    assert "no sessions" in live_home.swarm.why_not_attach(live_home.id("worker-1"))
    assert live_home.record("worker-1").phase is Phase.RUNNING
    with pytest.raises(Refused, match="Only the operator"):
        live_home.open(live_home.actor("worker-1")).attach("worker-1", with_words())


def test_a_respawn_goes_on_with_the_session_and_with_fresh_it_does_not(live_home: LiveHome) -> None:
    sessions = with_chatter(live_home)
    agent = chat(live_home, task="Count the pages.")
    first = session(agent)
    live_home.swarm.kill(["worker-1"], reason="went astray")

    again = live_home.swarm.respawn("worker-1")

    assert again.session == first
    wait_for(lambda: told(agent), "its turn")
    assert "../worker-1.1" in told(agent)[0]
    assert "went astray" in told(agent)[0]
    assert any("Count the pages." in words for words in kept(sessions, agent))
    live_home.swarm.kill(["worker-1"])
    fresh = live_home.swarm.respawn("worker-1", fresh=True)
    assert fresh.session == ""
    wait_for(lambda: told(agent), "its turn")
    assert session(agent) != first


def test_a_session_that_goes_on_finds_its_files_and_outputs_where_it_left_them(live_home: LiveHome) -> None:
    with_chatter(live_home)
    live_home.swarm.spawn(
        live_home.request("worker-1", program="claude", task="!crash", command=(), outputs=("*.md", "site/*"), slots=2)
    )
    agent = live_home.agent("worker-1")
    wait_for(agent.path.exists, "its directory")
    (agent.path / "site").mkdir()
    for name in ("draft.md", "site/index.html"):
        (agent.path / name).write_text("words")
    (agent.path / "link").symlink_to("draft.md")
    agent.progress.write_text("2026-01-01 10:00 - drafting\n")
    live_home.wait_until_ended("worker-1")
    live_home.clock.advance(3600)

    again = live_home.swarm.respawn("worker-1")

    assert again.session
    assert (agent.path / "draft.md").read_text() == (agent.path / "site" / "index.html").read_text() == "words"
    assert (agent.path / "link").is_symlink()
    old = live_home.agent("worker-1.1")
    assert sorted(os.listdir(old.path)) == [
        ".run", "agent.json", "ended.json", "exit.json", "log", "progress.md", "task.md",
    ]  # fmt: skip
    assert not agent.progress.exists()
    view = live_home.swarm.snapshot().agent(live_home.id("worker-1"))
    assert view is not None
    assert view.observed.outputs == 2
    wait_for(lambda: len(told(agent)) == 1, "its words")
    assert "where you left them" in told(agent)[0]
    live_home.swarm.kill(["worker-1"])
    assert live_home.swarm.respawn("worker-1").session
    assert (agent.path / "draft.md").exists()
    live_home.swarm.kill(["worker-1"])
    live_home.swarm.respawn("worker-1", fresh=True)
    assert not (agent.path / "draft.md").exists()
    assert (live_home.agent("worker-1.3").path / "draft.md").exists()


def test_a_respawn_that_does_not_start_puts_everything_back(
    live_home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_chatter(live_home)
    agent = chat(live_home)
    (agent.path / "draft.md").write_text("words")
    live_home.swarm.kill(["worker-1"])
    before = sorted(os.listdir(agent.path))

    def fails(*_: object) -> None:
        raise SwarmError("It does not start.", code=Code.START)

    monkeypatch.setattr(LocalRunner, "spawn", fails)
    with pytest.raises(SwarmError):
        live_home.swarm.respawn("worker-1")

    assert sorted(os.listdir(agent.path)) == before
    assert not live_home.agent("worker-1.1").path.exists()


def test_a_message_that_nobody_read_waits_in_the_inbox_of_a_fresh_start(live_home: LiveHome) -> None:
    with_chatter(live_home)
    agent = chat(live_home)
    read = live_home.swarm.message("worker-1", "use the second source")
    wait_for(lambda: len(told(agent)) == 2, "it to arrive")
    live_home.swarm.pause("worker-1")
    left = live_home.swarm.message("worker-1", "## leave the third alone")
    live_home.swarm.kill(["worker-1"])

    live_home.swarm.respawn("worker-1", fresh=True)

    ((_, words),) = inbox.undelivered(agent)[0]
    assert left.id in words
    assert "## leave the third alone" in words
    assert read.id not in words


def test_a_session_that_never_began_is_not_gone_on_with(live_home: LiveHome) -> None:
    with_chatter(live_home)
    live_home.swarm.spawn(live_home.request("worker-1", program="claude", command=()))
    agent = live_home.agent("worker-1")
    wait_for(lambda: lines(agent, "init"), "its first turn")
    live_home.swarm.kill(["worker-1"])
    agent.stdout.write_text("")  # as if it had been killed before it said anything
    assert live_home.swarm.respawn("worker-1").session == ""


def test_who_is_paused_in_a_terminal_goes_on_when_it_is_resumed(live_home: LiveHome) -> None:
    with_chatter(live_home)
    agent = chat(live_home)

    def client(launch: Launch, started: Callable[[int], MayGoOn]) -> int:
        process = subprocess.Popen(launch.argv, env=launch.environment, cwd=launch.cwd, stdin=subprocess.PIPE)
        may_go_on = started(process.pid)
        assert may_go_on()
        live_home.open().pause("worker-1")
        assert not may_go_on()
        process.kill()
        process.communicate()
        return -9

    assert live_home.swarm.attach("worker-1", client).how == "ended"
    assert detach_abandoned(live_home.home) == ()
    live_home.swarm.resume("worker-1")
    assert resolve_intents(live_home.home) == (live_home.id("worker-1"),)
    wait_for(lambda: len(told(agent)) == 2, "its next turn")


def test_the_root_is_talked_to_between_two_turns_and_rests_after(live_home: LiveHome) -> None:
    sessions = with_chatter(live_home, more='\n[root]\non = true\nprogram = "claude"\n')
    root = live_home.home.policy.root.id
    agent = live_home.layout.agent(root)
    live_home.swarm.beat(by="test")
    wait_for(lambda: lines(agent, "result"), "its turn")
    stdin_channel.close(agent)
    wait_for(lambda: live_home.swarm.settle() or live_home.state.agents[root].phase is Phase.IDLE, "its turn to end")
    seen: list[object] = []

    def client(launch: Launch, started: Callable[[int], MayGoOn]) -> int:
        def say(pid: int) -> MayGoOn:
            going = started(pid)
            live_home.clock.advance(900)
            beat = live_home.open().beat(by="test")
            seen.extend(each.reason for each in beat.actions if each.agent == root)
            return going

        return with_words("start with the second idea")(launch, say)

    returned = live_home.swarm.attach(root, client, who="the operator at a test")

    assert returned.how == "rests"
    assert seen == ["the operator at a test talks to it in a terminal"]
    record = live_home.state.agents[root]
    assert (record.phase, record.taken_over, record.ending) == (Phase.IDLE, "", Ending.DONE)
    first = session(agent)
    live_home.clock.advance(900)
    live_home.swarm.beat(by="test")
    wait_for(lambda: len(lines(agent, "run")) == 3 and len(lines(agent, "result")) == 2, "its next turn")
    assert session(agent) == first
    assert kept(sessions, agent)[1] == "start with the second idea"
    stdin_channel.close(agent)


def test_a_take_over_that_died_before_anything_was_ended_leaves_the_run_as_it_was(live_home: LiveHome) -> None:
    with_chatter(live_home)
    agent = chat(live_home)
    record = live_home.record("worker-1")
    dead = replace(me(), ticks=me().ticks + 1)
    intent = replace(record, phase=Phase.SPAWNING, starter=dead, taken_over="somebody", taken_at=0.0)
    live_home.home.ledger.commit(lambda state: with_record(state, intent), purpose="test")

    resolve_intents(live_home.home)

    after = live_home.record("worker-1")
    assert (after.phase, after.taken_over, after.taken_at, after.starter) == (Phase.RUNNING, "", None, None)
    assert after.process == record.process
    assert live_home.swarm.message("worker-1", "still there?").sent
    wait_for(lambda: len(told(agent)) == 2, "an answer")


def test_of_several_sessions_the_last_one_that_was_named_goes_on(live_home: LiveHome) -> None:
    agent = live_home.layout.agent("genesis-01/w")
    agent.log.mkdir(parents=True)
    run = '{"type": "swarm", "subtype": "run", "spawn_id": "x", "at": 1.0}\n'
    named = '{"type":"thread.started","thread_id":"%s"}\n'
    agent.stdout.write_text(run + named % "first-1" + "{}\n" * 1000 + run + named % "second-2" + "{}\n" + run)
    assert session_of(live_home.home, agent, "codex") == "second-2"
    agent.stdout.write_text(named % "first-1")
    assert session_of(live_home.home, agent, "codex") == "first-1"
    agent.stdout.write_text(run + "{}\n")
    assert session_of(live_home.home, agent, "codex") == ""


def test_who_cannot_be_given_back_stops_no_heartbeat(live_home: LiveHome) -> None:
    with_chatter(live_home)
    agent = chat(live_home)
    record = live_home.record("worker-1")
    stdin_channel.close(agent)
    live_home.wait_until_ended("worker-1")

    def forgotten(state: State) -> State:
        return with_record(state, replace(record, taken_over="operator", taken_at=0.0))

    live_home.home.ledger.commit(forgotten, purpose="test")
    aside = agent.run.rename(agent.path / "aside")
    agent.run.symlink_to(aside)

    assert live_home.swarm.beat(by="test").n == 1

    (alert,) = [alert for alert in live_home.state.alerts if alert.cause == "action"]
    assert alert.agent == record.id
    assert "is a link" in alert.text
    agent.run.unlink()
    aside.rename(agent.run)
    assert resolve_intents(live_home.home) == (record.id,), "it is tried again"
