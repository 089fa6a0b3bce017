"""What agents of Codex, Gemini and OpenCode are offered: the tools of a list, and nothing that reaches further."""

import json
from typing import Any

import pytest

from swarm.model.record import Ending
from tests.support.model_scripts import Answer, call, say, shell
from tests.support.program_home import ENDS_S, ProgramHome, needs

PROGRAMS = ()
HELD: list[dict[str, Any]] = [{"owns": ("site",)}, {"role": "improvement"}]
LISTS = [{}, *HELD]
NAMES = ["free", "owns", "observes"]
OURS = {
    *("accept", "diff", "done", "handover", "kill", "merge"),
    *("message", "progress", "read", "reject", "spawn", "status"),
}
GEMINI = {
    *("read_file", "list_directory", "glob", "grep_search", "write_file", "replace"),
    *("web_fetch", "google_web_search", "write_todos", "update_topic"),
    *(f"mcp_swarm_{verb}" for verb in OURS),
}
GEMINI_SHELL = {"run_shell_command", "list_background_processes", "read_background_output", "activate_skill"}
OPENCODE = {
    *("read", "glob", "grep", "edit", "write", "webfetch", "skill", "todowrite"),
    *(f"swarm_{verb}" for verb in OURS),
}
CODEX = {
    # A model that this release does not know.
    "gpt-5.2-codex": {"exec_command", "write_stdin", "view_image", "web_search", "mcp__swarm"},
    # One that it knows, which calls tools from scripts and brings agents of its own.
    "gpt-6.1-sol": {
        *("exec", "wait", "exec::exec_command", "exec::write_stdin", "exec::apply_patch", "exec::view_image"),
        *("exec::clock__curr_time",),
    },
}
RESOURCES = {"list_mcp_resources", "list_mcp_resource_templates", "read_mcp_resource"}
SERVER = """\
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    if asked.get("method") == "initialize":
        said = {"protocolVersion": asked["params"]["protocolVersion"], "capabilities": {"tools": {}},
                "serverInfo": {"name": "mine", "version": "1"}}
    elif asked.get("method") == "tools/list":
        said = {"tools": [{"name": "ask", "description": "asks", "inputSchema": {"type": "object", "properties": {}}}]}
    elif "id" in asked:
        said = {}
    else:
        continue
    print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": said}), flush=True)
"""


def offered(real: ProgramHome, program: str) -> set[str]:
    """Every tool that the program offered its model, in whichever request."""
    return {tool for seen in real.asked(program) for tool in seen.tools}


def ends(real: ProgramHome, name: str) -> None:
    view = real.ended(name, 2 * ENDS_S)
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said(name))


def with_server_of_theirs(real: ProgramHome, program: str) -> None:
    """The operator has an MCP server of their own in the settings of this program."""
    path = real.user / "mine.py"
    path.write_text(SERVER)
    if program == "codex":
        config = real.user / ".codex" / "config.toml"
        config.write_text(config.read_text() + f'[mcp_servers.mine]\ncommand = "python3"\nargs = ["{path}"]\n')
        return
    config = real.user / {"gemini": ".gemini/settings.json", "opencode": ".config/opencode/opencode.json"}[program]
    given = json.loads(config.read_text())
    if program == "gemini":
        given["mcpServers"] = {"mine": {"command": "python3", "args": [str(path)], "trust": True}}
    else:
        given |= {
            "mcp": {"mine": {"type": "local", "command": ["python3", str(path)]}},
            "permission": {"task": "allow", "read": "ask"},
        }
    config.write_text(json.dumps(given))


def tries(tool: str, done: str, **given: Any) -> list[Answer]:
    return [call(tool, **given), call(done, summary="I tried"), say("Done.")]


@pytest.mark.parametrize("more", LISTS, ids=NAMES)
def test_gemini_offers_exactly_its_list(real: ProgramHome, more: dict[str, Any]) -> None:
    needs("gemini")
    (real.root / "site").mkdir()
    asks = {"agent_name": "codebase_investigator", "prompt": "Look for plovers."}
    real.use("gemini", tries("invoke_agent", "mcp_swarm_done", **asks))
    with_server_of_theirs(real, "gemini")
    real.start("worker-1", "gemini", **more)
    ends(real, "worker-1")
    assert offered(real, "gemini") == GEMINI | (set() if more else GEMINI_SHELL)
    assert "not found" in real.asked("gemini")[-1].results[0].text


@pytest.mark.parametrize("more", LISTS, ids=NAMES)
def test_opencode_offers_exactly_its_list(real: ProgramHome, more: dict[str, Any]) -> None:
    needs("opencode")
    (real.root / "site").mkdir()
    asks = {"description": "looks", "prompt": "Look for plovers.", "subagent_type": "general"}
    real.use("opencode", tries("task", "swarm_done", **asks))
    with_server_of_theirs(real, "opencode")
    real.start("worker-1", "opencode", **more)
    ends(real, "worker-1")
    assert offered(real, "opencode") == OPENCODE | (set() if more else {"bash"})
    assert "unavailable tool" in real.asked("opencode")[-1].results[0].text


@pytest.mark.parametrize("model", CODEX)
@pytest.mark.parametrize("more", LISTS, ids=NAMES)
def test_codex_offers_nothing_of_what_is_known_to_go_too_far(
    real: ProgramHome, more: dict[str, Any], model: str
) -> None:
    needs("codex")
    (real.root / "site").mkdir()
    turns = [
        call("collaboration::spawn_agent", task_name="looks", message="Look for plovers."),
        call("create_goal", objective="to go on"),
        shell('swarm-tui done --summary "I tried"'),
        say("Done."),
    ]
    real.use("codex", turns)
    with_server_of_theirs(real, "codex")
    real.start("worker-1", "codex", model=model, **more)
    ends(real, "worker-1")
    resources = {f"exec::{name}" if "exec" in CODEX[model] else name for name in RESOURCES}
    assert offered(real, "codex") == CODEX[model] | resources
    last = real.asked("codex")[-1]
    assert ["unsupported call" in each.text for each in last.results[:2]] == [True, True], last.results
    assert not any("Look for plovers." in seen.prompt for seen in real.asked("codex"))


@pytest.mark.parametrize(
    ("program", "name", "tool"),
    [("codex", "mcp__mine", "mcp__mine"), ("gemini", "mcp_mine_*", "mcp_mine_ask"), ("opencode", "mine_*", "mine_ask")],
)
def test_an_operator_may_give_more_to_agents_that_are_not_held(
    real: ProgramHome, program: str, name: str, tool: str
) -> None:
    needs(program)
    real.use(program, [say("Done.")], settings=f"tools = {json.dumps([name])}")
    with_server_of_theirs(real, program)
    real.start("worker-1", program)
    real.ended("worker-1", 2 * ENDS_S)
    assert tool in offered(real, program), real.said("worker-1")
    before = len(real.asked(program))
    real.start("looker-1", program, role="improvement")
    real.ended("looker-1", 2 * ENDS_S)
    held = real.asked(program)[before:]
    assert held, real.said("looker-1")
    assert all(tool not in seen.tools for seen in held)
