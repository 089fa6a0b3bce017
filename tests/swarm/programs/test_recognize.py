"""Which command lines are sessions of coding agents."""

import pytest

from swarm.config.checked import parse_policy
from swarm.config.policy import Policy
from swarm.programs.recognize import known_names, session_of

NODE = "/usr/lib/node_modules"
SESSIONS = {
    "claude -p look": "claude",
    "/opt/claude/claude.exe --input-format stream-json": "claude",
    f"node {NODE}/@anthropic-ai/claude-code/cli.js -p look": "claude",
    "node --max-old-space-size=8192 /usr/bin/gemini -p look": "gemini",
    f"node {NODE}/@google/gemini-cli/bundle/gemini.js": "gemini",
    f"{NODE}/@openai/codex/vendor/x86_64/codex/codex exec --json -": "codex",
    "codex exec -": "codex",
    "opencode run look": "opencode",
    "/bin/sh /tmp/bin/claude -p look": "claude",
    "bash -x /tmp/bin/codex": "codex",
}
OTHERS = (
    "claude mcp serve",
    "claude --version",
    "codex mcp-server",
    "codex login",
    "/opt/codex --codex-run-as-fs-helper",
    f"{NODE}/@openai/codex/vendor/x86_64/path/rg -n claude",
    "rg claude",
    "bash -c 'claude -p look'",
    "vim claude",
    "tail -f claude.log",
    "python3 -m claude",
    "node server.js claude",
    "swarm-tui mcp",
    "claude-notes --open",
)


@pytest.mark.parametrize("line", [*SESSIONS, *OTHERS])
def test_a_command_line_is_a_session_or_is_none(line: str) -> None:
    assert session_of(line.split(), "x", known_names(Policy())) == SESSIONS.get(line, "")


def test_what_the_kernel_calls_a_process_counts_where_its_words_hide_it_and_are_no_tool_of_its_own() -> None:
    names = known_names(Policy())
    assert session_of(["innocent", "-p", "look"], "claude", names) == "claude"
    assert session_of(["rg", "look"], "claude", names) == ""


def test_a_program_of_the_home_is_known_by_its_executable_and_no_shell_is() -> None:
    policy = parse_policy(
        '[programs.helper]\nkind = "command"\nargv = ["/opt/aider", "--yes"]\n'
        '[programs.loop]\nkind = "command"\nargv = ["bash", "loop.sh"]\n'
    )
    names = known_names(policy)
    assert session_of(["/opt/aider"], "aider", names) == "helper"
    assert session_of(["bash", "/x/other.sh"], "bash", names) == ""
