"""What programs say is seen in the snapshot: activity, tokens, cost, sub-agents; and what it costs to look."""

import json
import os
import sys
import time
from typing import Any

import pytest

from swarm.model.activity import Tokens
from swarm.model.health import Health
from swarm.model.record import Ending, Phase
from swarm.model.snapshot import AgentView, Snapshot
from swarm.probes import streams
from swarm.probes.streams import PART_BYTES
from swarm.programs.follower import Follower
from swarm.rules.health import waiting_for_model
from swarm.rules.triage import is_problem
from swarm.scan.scanner import Scanner
from swarm.scan.watcher import Watch
from tests.support.homes import LiveHome
from tests.support.recordings import RECORDINGS, lines_of, mark, replay
from tests.support.wait import wait_for

SPEAKS = '\n[programs.command]\nformat = "claude"\n'
SAYS_ALL = "import shutil, sys; sys.stdout.write(open(sys.argv[1]).read())"


@pytest.fixture
def speaking(live_home: LiveHome) -> LiveHome:
    """A home whose commands write in the language of Claude Code."""
    live_home.rules(more=SPEAKS)
    live_home.swarm.reread()
    return live_home


def speaker(home: LiveHome, name: str = "worker-1", **more: Any) -> str:
    """A living agent in whose name the test writes. Returns its id."""
    home.spawn(name, **more)
    return home.id(name)


def say(home: LiveHome, name: str, *lines: bytes | dict[str, Any]) -> None:
    """Its program prints these lines."""
    with home.agent(name).stdout.open("ab") as output:
        for line in lines:
            output.write((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n")


def seen(home: LiveHome, agent: str = "worker-1") -> AgentView:
    view = home.swarm.snapshot().agent(home.id(agent))
    assert view is not None
    return view


def init(model: str = "claude-opus-4-8") -> dict[str, Any]:
    return {"type": "system", "subtype": "init", "session_id": "s", "model": model, "mcp_servers": []}


def calls(call: str, tool: str = "Bash", parent: str | None = None, **arguments: str) -> dict[str, Any]:
    part = {"type": "tool_use", "id": call, "name": tool, "input": arguments}
    message = {"id": f"m-{call}", "model": "claude-opus-4-8", "content": [part]}
    return {"type": "assistant", "message": message, "parent_tool_use_id": parent}


def begins(task: str, call: str, what: str) -> dict[str, Any]:
    return {
        "type": "system",
        "subtype": "task_started",
        "task_id": task,
        "tool_use_id": call,
        "description": what,
        "subagent_type": "Explore",
        "task_type": "local_agent",
    }


def ends(task: str) -> dict[str, Any]:
    return {"type": "system", "subtype": "task_notification", "task_id": task, "status": "completed"}


def below(snapshot: Snapshot, agent: str) -> list[AgentView]:
    return [view for view in snapshot.agents if view.id.startswith(f"{agent}/~")]


class TestWhatAnAgentDoes:
    def test_a_living_agent_shows_what_its_program_tells(self, speaking: LiveHome) -> None:
        speaker(speaking)
        say(speaking, "worker-1", mark(), *lines_of("claude_success"))
        view, expected = seen(speaking), replay("claude_success")
        assert view.activity is not None
        assert (view.tokens, view.cost_usd) == (expected.tokens, expected.cost_usd)
        assert view.activity.turn_end == expected.turn_end
        assert view.activity.session == expected.session

    def test_a_program_that_prints_plain_text_tells_nothing(self, live_home: LiveHome) -> None:
        speaker(live_home)
        say(live_home, "worker-1", *lines_of("claude_success"))
        view = seen(live_home)
        assert (view.activity, view.tokens, view.cost_usd, view.heard) == (None, None, None, None)

    def test_an_open_tool_is_seen_and_gone_when_it_returns(self, speaking: LiveHome) -> None:
        speaker(speaking)
        say(speaking, "worker-1", init(), calls("t1", command="make test"))
        view = seen(speaking)
        assert view.activity is not None
        assert [(tool.tool, tool.text) for tool in view.activity.open_tools] == [("Bash", "make test")]
        back = {"type": "tool_result", "tool_use_id": "t1", "content": "ok"}
        say(speaking, "worker-1", {"type": "user", "message": {"content": [back]}})
        after = seen(speaking).activity
        assert after is not None
        assert after.open_tools == ()

    def test_nothing_is_read_and_no_view_is_new_while_nothing_is_said(
        self, speaking: LiveHome, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        speaker(speaking)
        say(speaking, "worker-1", init(), calls("t1", command="make test"))
        before = seen(speaking)

        def looked(*_: object) -> None:
            pytest.fail("an output was read that had not grown")

        monkeypatch.setattr(Follower, "look", looked)
        speaking.clock.advance(120)
        assert seen(speaking) is before

    def test_a_mere_sign_of_life_makes_no_new_view_until_seconds_have_passed(self, speaking: LiveHome) -> None:
        speaker(speaking)
        say(speaking, "worker-1", init(), calls("t1", command="make test"))
        before = seen(speaking)
        alive = {"type": "tool_progress", "tool_use_id": "t1"}
        say(speaking, "worker-1", alive)
        output = speaking.agent("worker-1").stdout
        assert before.activity is not None
        os.utime(output, (before.activity.last_at + 1, before.activity.last_at + 1))
        speaking.clock.advance(1)
        assert seen(speaking) is before
        say(speaking, "worker-1", alive)
        os.utime(output, (before.activity.last_at + 60, before.activity.last_at + 60))
        speaking.clock.advance(60)
        after = seen(speaking)
        assert after.heard is not None
        assert before.heard is not None
        assert after.heard > before.heard

    def test_silence_is_told_by_our_own_clock(self, speaking: LiveHome) -> None:
        speaker(speaking)
        say(speaking, "worker-1", init())
        first = seen(speaking)
        assert first.heard is not None
        speaking.clock.stepped_by += 7200  # the wall clock is set; nobody has waited any longer for it
        assert seen(speaking).heard == first.heard

    def test_a_pause_is_no_waiting_for_its_model(self, speaking: LiveHome) -> None:
        agent = speaker(speaking)
        say(speaking, "worker-1", init())
        assert waiting_for_model(seen(speaking), speaking.swarm.now()) is not None
        speaking.swarm.pause(agent)
        speaking.clock.advance(7200)
        speaking.swarm.resume(agent)
        silent = waiting_for_model(seen(speaking), speaking.swarm.now())
        assert silent is not None
        assert silent < 3600
        speaking.clock.advance(7200)
        silent = waiting_for_model(seen(speaking), speaking.swarm.now())
        assert silent is not None
        assert 7200 <= silent < 2 * 7200


class TestLongOutputs:
    def test_a_first_picture_waits_for_no_long_output_and_shows_no_part_of_a_sum(
        self, speaking: LiveHome, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(streams, "SHARE_S", 0.0)  # one part a scan
        agent = speaker(speaking)
        recorded = lines_of("claude_success")
        filler = b'{"type":"nothing","text":"' + b"x" * 1000 + b'"}'
        say(speaking, "worker-1", *[filler] * (3 * PART_BYTES // 1000), *recorded)
        scanner = Scanner(speaking.home)
        view = scanner.paced().agent(agent)
        assert view is not None
        behind = [scanner.behind]
        assert (view.unread, view.activity, view.tokens, view.cost_usd) == (True, None, None, None)

        def caught_up() -> AgentView | None:
            view = scanner.paced().agent(agent)
            return view if view is not None and not view.unread else None

        read = wait_for(caught_up, "the output to be read")
        behind.append(scanner.behind)
        assert behind == [True, False]
        assert read is not None
        assert read.tokens == replay("claude_success").tokens

    def test_a_watch_does_not_wait_for_its_next_scan_while_there_is_more_to_read(
        self, speaking: LiveHome, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(streams, "SHARE_S", 0.0)  # one part a scan
        agent = speaker(speaking)
        filler = b'{"type":"nothing","text":"' + b"x" * 1000 + b'"}'
        say(speaking, "worker-1", *[filler] * (3 * PART_BYTES // 1000), *lines_of("claude_success"))
        pictures: list[Snapshot] = []
        watch = Watch(Scanner(speaking.home), seen_s=3600.0, unseen_s=3600.0, on_snapshot=pictures.append)
        watch.start()

        def told() -> bool:
            view = pictures[-1].agent(agent) if pictures else None
            return view is not None and view.tokens == replay("claude_success").tokens

        try:
            wait_for(told, "the output to be read")
        finally:
            watch.stop()

    def test_a_look_at_everything_reads_to_the_end(self, speaking: LiveHome) -> None:
        speaker(speaking)
        filler = b'{"type":"nothing","text":"' + b"x" * 1000 + b'"}'
        say(speaking, "worker-1", *[filler] * (3 * PART_BYTES // 1000), *lines_of("claude_success"))
        assert seen(speaking).tokens == replay("claude_success").tokens

    def test_an_output_that_is_a_link_is_a_problem_and_not_read(self, speaking: LiveHome) -> None:
        speaker(speaking)
        output = speaking.agent("worker-1").stdout
        output.unlink()
        output.symlink_to(RECORDINGS / "claude_success.jsonl")
        view = seen(speaking)
        assert view.tokens is None
        assert [problem.code for problem in view.problems] == ["unreadable"]


class TestSubAgents:
    def test_they_stand_below_their_agent_as_they_are_nested_and_go_when_they_end(self, speaking: LiveHome) -> None:
        agent = speaker(speaking)
        say(
            speaking,
            "worker-1",
            init(),
            calls("call-a", "Agent", description="look around"),
            begins("a1", "call-a", "look around"),
            calls("call-b", "Agent", parent="call-a", description="look closer"),
            begins("b1", "call-b", "look closer"),
        )
        snapshot = speaking.swarm.snapshot()
        outer, inner = below(snapshot, agent)
        assert (outer.id, outer.parent, outer.name, outer.role) == (f"{agent}/~a1", agent, "look around", "Explore")
        assert (inner.id, inner.parent, inner.description) == (f"{agent}/~a1/~b1", outer.id, "look closer")
        assert (outer.depth, inner.depth) == (2, 3)
        assert outer.ghost
        assert speaking.swarm.verdicts(snapshot)[outer.id].state is Health.FRESH
        assert "sub-agent" in speaking.swarm.verdicts(snapshot)[outer.id].why

        say(speaking, "worker-1", ends("b1"))
        assert [view.id for view in below(speaking.swarm.snapshot(), agent)] == [outer.id]
        say(speaking, "worker-1", ends("a1"))
        snapshot = speaking.swarm.snapshot()
        assert below(snapshot, agent) == []
        assert seen(speaking).children == 0

    def test_they_count_in_the_budget_of_their_agent_which_is_told_of(self, speaking: LiveHome) -> None:
        agent = speaker(speaking)
        quiet = seen(speaking)
        assert (quiet.used, quiet.problems) == (1, ())
        say(
            speaking,
            "worker-1",
            init(),
            *(begins(f"a{n}", f"call-{n}", f"part {n}") for n in range(2)),
            begins("b", "", ""),
        )
        snapshot = speaking.swarm.snapshot()
        view = snapshot.agent(agent)
        assert view is not None
        assert view.used == 4
        assert [problem.code for problem in view.problems] == ["over-budget"]
        assert snapshot.slots.used == 4
        plan = speaking.swarm.rehearse().plan
        assert ("over-budget", agent) in {(action.code, action.agent) for action in plan.actions}
        assert not any(action.agent.startswith(f"{agent}/") for action in plan.actions), "nothing is done to them"

    def test_within_the_budget_nobody_is_called_for_them(self, speaking: LiveHome) -> None:
        agent = speaker(speaking, slots=3)
        say(speaking, "worker-1", init(), begins("a1", "call-1", "look"))
        snapshot = speaking.swarm.snapshot()
        verdicts = speaking.swarm.verdicts(snapshot)
        view = snapshot.agent(agent)
        assert view is not None
        assert (view.used, view.problems) == (2, ())
        assert not any(is_problem(verdicts[each.id], each) for each in (view, *below(snapshot, agent)))

    @pytest.mark.parametrize("key", ["../../x", "a b", "a\x1b[2J b", "k" * 500, "€"])
    def test_a_key_that_would_be_no_id_is_replaced(self, speaking: LiveHome, key: str) -> None:
        agent = speaker(speaking)
        say(speaking, "worker-1", init(), begins(key, "call-1", "look\x1b[2J"))
        (view,) = below(speaking.swarm.snapshot(), agent)
        tail = view.id.removeprefix(f"{agent}/~")
        assert tail.isalnum()
        assert view.name.isprintable()

    def test_a_directory_of_that_name_is_shown_as_what_it_is(self, speaking: LiveHome) -> None:
        agent = speaker(speaking)
        directory = speaking.agent("worker-1").path / "~a1"
        directory.mkdir()
        (directory / "progress.md").write_text(f"{time.strftime('%Y-%m-%d %H:%M')} - Writing.\n")
        say(speaking, "worker-1", init(), begins("a1", "call-1", "look"))
        (view,) = below(speaking.swarm.snapshot(), agent)
        assert view.inner is None
        assert view.progress.lines

    def test_they_count_in_a_spawn_as_they_do_on_the_screen(self, speaking: LiveHome) -> None:
        speaker(speaking)
        free = speaking.swarm.snapshot().slots.free
        say(speaking, "worker-1", init(), calls("call-a", "Agent"), begins("a1", "call-a", "look around"))
        assert speaking.swarm.snapshot().slots.free == free - 1
        assert speaking.swarm.check_spawn(speaking.request("next")).free_after == free - 2

    def test_a_directory_that_comes_later_stays_when_the_sub_agent_goes(self, speaking: LiveHome) -> None:
        agent = speaker(speaking)
        say(speaking, "worker-1", init(), begins("a1", "call-1", "look"))
        assert below(speaking.swarm.snapshot(), agent)
        directory = speaking.agent("worker-1").path / "~a1"
        directory.mkdir()
        (directory / "progress.md").write_text(f"{time.strftime('%Y-%m-%d %H:%M')} - Writing.\n")
        speaking.swarm.snapshot()
        say(speaking, "worker-1", ends("a1"))
        (view,) = below(speaking.swarm.snapshot(), agent)
        assert view.inner is None
        (directory / "progress.md").unlink()
        directory.rmdir()
        assert below(speaking.swarm.snapshot(), agent) == []

    def test_they_are_gone_with_their_agent(self, speaking: LiveHome) -> None:
        agent = speaker(speaking)
        say(speaking, "worker-1", init(), begins("a1", "call-1", "look"))
        assert below(speaking.swarm.snapshot(), agent)
        speaking.swarm.kill([agent], grace=0.0)
        assert below(speaking.swarm.snapshot(), agent) == []


class TestWhatIsSaidOfAProgram:
    def codes(self, home: LiveHome) -> dict[str, str]:
        return {problem.code: problem.text for problem in seen(home).problems}

    def test_another_model_than_the_ordered_one_is_a_problem_until_the_right_one_answers(
        self, speaking: LiveHome
    ) -> None:
        speaker(speaking)
        fell = {
            "type": "system",
            "subtype": "model_fallback",
            "trigger": "overloaded",
            "original_model": "claude-opus-4-8",
            "fallback_model": "claude-sonnet-5",
        }
        say(speaking, "worker-1", mark(model="claude-opus-4-8"), init(), fell)
        assert self.codes(speaking) == {"model": "claude-sonnet-5 answers in place of claude-opus-4-8"}
        plan = speaking.swarm.rehearse().plan
        assert "model" in {action.code for action in plan.actions}
        say(speaking, "worker-1", calls("t1", command="true"))
        assert self.codes(speaking) == {}

    def test_a_server_of_its_tools_that_failed_is_a_problem(self, speaking: LiveHome) -> None:
        speaker(speaking)
        say(speaking, "worker-1", {**init(), "mcp_servers": [{"name": "swarm", "status": "failed"}]})
        assert self.codes(speaking) == {"mcp": "MCP server swarm: failed"}

    def test_many_refused_calls_are_noted_and_nobody_is_called_for_them(self, speaking: LiveHome) -> None:
        agent = speaker(speaking)
        refused = [
            {"type": "system", "subtype": "permission_denied", "tool_name": "Write", "tool_use_id": f"t{n}"}
            for n in range(3)
        ]
        say(speaking, "worker-1", init(), *refused[:2])
        assert self.codes(speaking) == {}
        say(speaking, "worker-1", refused[2])
        assert self.codes(speaking) == {"denied": "3 tool calls were refused, the last: Write"}
        snapshot = speaking.swarm.snapshot()
        view = snapshot.agent(agent)
        assert view is not None
        assert not is_problem(speaking.swarm.verdicts(snapshot)[agent], view)
        assert "denied" not in {action.code for action in speaking.swarm.rehearse().plan.actions}

    def test_a_turn_that_failed_is_a_problem_and_a_note_once_the_next_has_begun(self, speaking: LiveHome) -> None:
        speaker(speaking)
        failed = {"type": "result", "subtype": "success", "is_error": True, "result": "API Error: 529 overloaded"}
        say(speaking, "worker-1", init(), failed)
        assert self.codes(speaking) == {"turn-failed": "its last turn failed: API Error: 529 overloaded"}
        say(speaking, "worker-1", init())
        assert self.codes(speaking) == {"program": "a turn failed: API Error: 529 overloaded"}
        say(speaking, "worker-1", {**failed, "is_error": False, "result": "done"})
        assert self.codes(speaking) == {}

    def test_what_an_earlier_run_complained_of_is_past(self, speaking: LiveHome) -> None:
        speaker(speaking)
        say(speaking, "worker-1", {**init(), "mcp_servers": [{"name": "swarm", "status": "failed"}]}, mark(), init())
        assert self.codes(speaking) == {}


class TestEnds:
    def wait_until_settled(self, home: LiveHome, name: str = "worker-1") -> None:
        home.wait_until_ended(name)
        home.swarm.settle()
        assert home.record(name).phase is Phase.ENDED

    def test_what_it_used_up_goes_into_the_record_and_beside_it(self, speaking: LiveHome) -> None:
        agent = speaker(speaking)
        say(speaking, "worker-1", mark(), *lines_of("claude_success"), mark(), *lines_of("claude_success"))
        speaking.swarm.kill([agent], grace=0.0)
        record, once = speaking.record("worker-1"), replay("claude_success")
        assert once.tokens is not None
        assert once.cost_usd is not None
        assert record.tokens is not None
        assert Tokens(*record.tokens) == once.tokens + once.tokens, "two runs count both"
        assert record.cost_usd == pytest.approx(2 * once.cost_usd)
        ended = json.loads(speaking.agent("worker-1").ended.read_text())
        assert tuple(ended["tokens"]) == record.tokens
        view = seen(speaking)
        assert (view.tokens, view.cost_usd, view.activity) == (Tokens(*record.tokens), record.cost_usd, None)

    def test_an_end_with_0_after_a_failed_turn_is_a_failure_that_says_why(self, speaking: LiveHome) -> None:
        recording = str(RECORDINGS / "claude_error_400.jsonl")
        speaking.spawn("worker-1", sys.executable, "-c", SAYS_ALL, recording)
        self.wait_until_settled(speaking)
        record = speaking.record("worker-1")
        assert record.ending is Ending.FAILED
        assert "exit code 0" in record.why
        assert "results.json" in record.why
        assert "400" in record.why
        verdict = speaking.swarm.verdicts(speaking.swarm.snapshot())[speaking.id("worker-1")]
        assert verdict.state is Health.FAILED
        assert "400" in verdict.why

    def test_valid_results_are_a_success(self, speaking: LiveHome) -> None:
        recording = str(RECORDINGS / "claude_success.jsonl")
        write = f'open(\'results.json\', \'w\').write(\'{{"status": "success", "summary": "there"}}\'); {SAYS_ALL}'
        speaking.spawn("worker-1", sys.executable, "-c", write, recording)
        self.wait_until_settled(speaking)
        record = speaking.record("worker-1")
        assert record.ending is Ending.DONE
        assert record.cost_usd == replay("claude_success").cost_usd

    def test_an_agent_whose_program_prints_plain_text_has_no_figures(self, live_home: LiveHome) -> None:
        live_home.spawn("worker-1", "true")
        self.wait_until_settled(live_home)
        record = live_home.record("worker-1")
        assert (record.tokens, record.cost_usd) == (None, None)
