"""Our hooks and our MCP server as the real Claude Code uses them."""

import json
import os
import time

import pytest

from swarm.model.record import Ending
from swarm.protocol.inbox import entry
from tests.support.model_scripts import Answer, Seen, call, say, shell, write
from tests.support.program_home import ProgramHome

PROGRAMS = ("claude",)
pytestmark = pytest.mark.every_version
DONE = shell('swarm-tui done --summary "it is there"')


def begun(real: ProgramHome, agent_id: str) -> dict[str, object]:
    """The line with which the program began."""
    lines = [json.loads(line) for line in real.agent(agent_id).stdout.read_text().splitlines()]
    return next(line for line in lines if line.get("subtype") == "init")


def must_be_done(real: ProgramHome, agent_id: str) -> None:
    view = real.ended(agent_id)
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said(agent_id))


def test_the_mcp_server_is_connected_before_the_first_turn_and_offers_every_verb(real: ProgramHome) -> None:
    real.use("claude", [call("mcp__swarm__status"), DONE, say("Done.")])
    real.start("worker-1", "claude")
    must_be_done(real, "worker-1")
    init = begun(real, "worker-1")
    servers = init["mcp_servers"]
    assert isinstance(servers, list)
    assert [(server["name"], server["status"]) for server in servers] == [("swarm", "connected")]
    verbs = ("progress", "done", "status", "spawn", "read", "message", "kill")
    assert {f"mcp__swarm__{verb}" for verb in verbs} <= set(real.asked("claude")[0].tools)
    (answer,) = real.asked("claude")[1].results
    assert not answer.error
    assert "You are genesis-01/worker-1, role worker." in answer.text


def test_a_note_in_the_inbox_reaches_the_model_with_the_result_of_its_next_tool_call(real: ProgramHome) -> None:
    inbox = real.agent("worker-1").inbox

    def script(seen: Seen) -> Answer:
        if seen.turns == 0:
            inbox.write_text(entry("Write it in French.", "operator", time.time(), "m-1a2b3c"))
            return shell("true")
        return DONE if seen.turns == 1 else say("Done.")

    real.use("claude", script)
    real.start("worker-1", "claude")
    must_be_done(real, "worker-1")
    second, third = real.asked("claude")[1:3]
    assert second.everything.count("Write it in French.") == 1
    assert "[m-1a2b3c] from operator" in second.everything
    assert third.everything.count("Write it in French.") == 1


def test_overdue_progress_is_reminded_of_once(real: ProgramHome) -> None:
    agent = real.agent("worker-1")

    def script(seen: Seen) -> Answer:
        if seen.turns == 0:
            long_ago = time.time() - 720
            agent.progress.write_text("2026-02-28 09:33 - Writing.\n")
            for path in (agent.progress, agent.kept, agent.spec):
                os.utime(path, (long_ago, long_ago))
            return shell("true")
        return shell("true") if seen.turns == 1 else DONE if seen.turns == 2 else say("Done.")

    real.use("claude", script)
    real.start("worker-1", "claude")
    must_be_done(real, "worker-1")
    assert real.asked("claude")[1].everything.count("has had no new line for 12m") == 1
    assert real.asked("claude")[2].everything.count("has had no new line for 12m") == 1


def test_what_the_guard_denies_the_model_is_told_why(real: ProgramHome) -> None:
    (real.root / "site").mkdir()
    outside = real.root / "elsewhere.md"
    door = real.agent("worker-1").path / "door"
    turns = [
        write(outside, "x"),
        shell(f"ln -s {real.root} {door}"),
        write(door / "elsewhere.md", "x"),
        shell("rm -rf .run"),
        DONE,
        say("Done."),
    ]
    real.use("claude", turns)
    real.start("worker-1", "claude", owns=("site",))
    must_be_done(real, "worker-1")
    assert not outside.exists()
    denied = [event for event in real.swarm.events() if event.verb == "guard"]
    assert [event.ok for event in denied] == [False] * len(denied)
    assert {"outside", "protected"} <= {event.code for event in denied}
    told = [result.text for result in real.asked("claude")[-1].results if result.error]
    assert any("outside of your scope" in text for text in told), told
    assert (real.agent("worker-1").run / "guard.json").exists()
