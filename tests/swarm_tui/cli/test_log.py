"""`log` of a program that tells what it does: a transcript that a person reads, and records for a program."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from swarm.protocol.paths import Layout
from tests.support.cli import COMMAND, environment, swarm_tui
from tests.support.hostile import HOSTILE, forbidden
from tests.support.recordings import RECORDINGS
from tests.support.wait import wait_for
from tests.swarm_tui.cli.test_verbs import spawn

PRINT = "import sys; sys.stdout.write(open(sys.argv[1]).read())"
AND_GO_ON = f"{PRINT}; sys.stdout.flush(); import time; time.sleep(600)"


@pytest.fixture
def speaking_home(swarm_home: Path) -> Path:
    """A home whose commands write in the language of Claude Code."""
    with (swarm_home / "swarm.toml").open("a") as policy:
        policy.write('\n[programs.command]\nformat = "claude"\n')
    return swarm_home


def played(home: Path, recording: str, name: str = "w") -> None:
    """An agent whose program prints this recording, and ends."""
    path = str(RECORDINGS / f"{recording}.jsonl")
    assert spawn(home, name, command=("--", sys.executable, "-c", PRINT, path)).status == 0
    wait_for(lambda: Layout(home).agent(f"genesis-01/{name}").exit.exists(), "its end")


def test_the_transcript_is_what_is_shown_of_a_program_that_tells(speaking_home: Path) -> None:
    played(speaking_home, "claude_success")
    ran = swarm_tui("log", "w", home=speaking_home)
    assert ran.status == 0, ran.err
    lines = ran.out.splitlines()
    assert any(line.startswith("  Bash  ") for line in lines)
    assert any(line.lstrip().startswith("→ ") for line in lines)
    assert "Finished: results.json written." in ran.out
    assert '{"type"' not in ran.out
    assert swarm_tui("log", "w", "--stream", "transcript", home=speaking_home).out == ran.out


def test_the_raw_output_is_there_for_whoever_asks_for_it(speaking_home: Path) -> None:
    played(speaking_home, "claude_success")
    ran = swarm_tui("log", "w", "--stream", "stdout", home=speaking_home)
    assert all(line.startswith("{") for line in ran.out.splitlines())


def test_errors_are_marked_and_what_sub_agents_do_is_set_in(speaking_home: Path) -> None:
    played(speaking_home, "claude_error_529")
    ran = swarm_tui("log", "w", home=speaking_home)
    assert any(line.startswith("! ") and "529" in line for line in ran.out.splitlines())
    played(speaking_home, "claude_subagents_nested", "w-2")
    told = swarm_tui("log", "w-2", home=speaking_home).out.splitlines()
    assert any("sub-agent" in line for line in told)
    assert any(line.startswith("    Bash  ") for line in told), "one level in"


def test_json_gives_every_line_with_kind_time_and_depth(speaking_home: Path) -> None:
    played(speaking_home, "claude_subagents_nested")
    document = swarm_tui("log", "w", "--json", home=speaking_home).document
    assert (document["id"], document["stream"]) == ("genesis-01/w", "transcript")
    assert {frozenset(line) for line in document["lines"]} == {frozenset({"kind", "text", "at", "error", "depth"})}
    kinds = {line["kind"] for line in document["lines"]}
    assert {"started", "tool open", "tool closed", "text", "sub-agent started", "turn ended"} <= kinds
    assert max(line["depth"] for line in document["lines"]) >= 1


def test_following_shows_what_comes_and_ends_with_the_agent(speaking_home: Path) -> None:
    path = str(RECORDINGS / "claude_success.jsonl")
    assert spawn(speaking_home, "w", command=("--", sys.executable, "-c", AND_GO_ON, path)).status == 0
    argv = [COMMAND, "-C", str(speaking_home), "log", "w", "-f", "--json"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, env=environment(), text=True) as follows:
        try:
            assert follows.stdout is not None
            first = json.loads(follows.stdout.readline())
            assert {"schema", "kind", "text"} <= set(first)
            late = {
                "type": "assistant",
                "message": {"id": "m-late", "content": [{"type": "text", "text": "late words"}]},
            }
            with Layout(speaking_home).agent("genesis-01/w").stdout.open("a") as output:
                output.write(json.dumps(late) + "\n")
            for line in follows.stdout:
                if json.loads(line)["text"] == "late words":
                    break
            assert swarm_tui("kill", "w", "--yes", "--grace", "0", home=speaking_home).status == 0
            assert follows.wait(60) == 0
        finally:
            follows.kill()


def test_of_an_agent_that_has_said_nothing_only_the_beginning_is_shown(speaking_home: Path) -> None:
    assert spawn(speaking_home, "w").status == 0
    ran = swarm_tui("log", "w", home=speaking_home)
    assert (ran.status, ran.out) == (0, "  — run —\n")


def test_nothing_in_a_transcript_steers_a_terminal(speaking_home: Path) -> None:
    assert spawn(speaking_home, "w").status == 0
    with Layout(speaking_home).agent("genesis-01/w").stdout.open("a") as output:
        for number, text in enumerate(HOSTILE.values()):
            call = {"type": "tool_use", "id": text, "name": text, "input": {"command": text}}
            content = [{"type": "text", "text": text}, call, {"type": "text", "text": f"safe words {number}"}]
            said = {"type": "assistant", "message": {"id": f"m{number}", "model": text, "content": content}}
            output.write(json.dumps(said) + "\n")
    ran = swarm_tui("log", "w", home=speaking_home)
    assert ran.out.count("safe words") == len(HOSTILE)
    for line in ran.out.split("\n"):
        assert forbidden(line) == []
    assert swarm_tui("log", "w", "--json", home=speaking_home).out.isascii()


def test_a_long_log_says_what_is_earlier_and_is_printed_from_its_beginning_with_all(swarm_home: Path) -> None:
    assert spawn(swarm_home, "w", command=("--", "true")).status == 0
    agent = Layout(swarm_home).agent("genesis-01/w")
    wait_for(agent.exit.exists, "its end")
    whole = "".join(f"line {number}\n" for number in range(200_000)) + "and half a line"
    agent.stdout.write_text(whole)
    said = swarm_tui("log", "w", home=swarm_home)
    assert said.out.endswith("line 199999\nand half a line\n")
    assert "line 0\n" not in said.out
    assert "swarm-tui log genesis-01/w --stream stdout --all" in said.err
    for more in ((), ("-f",)):
        ran = swarm_tui("log", "w", "--all", *more, home=swarm_home)
        assert ran.out == whole + "\n"
        assert ran.err == ""
