"""The program `gemini`: Google's Gemini CLI, headless. Where it is held, it has file tools and no shell."""

import json
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path

from swarm.model.service import Trouble
from swarm.programs.http_status import trouble_of_status
from swarm.programs.oneshot import SERVER, OneShot, Run, handed_on, must_be_directories, server, without_shell
from swarm.programs.prompt import habits

WRITERS = ("write_file", "replace")
TOOLS = (
    *("read_file", "read_many_files", "list_directory", "glob", "grep_search", *WRITERS),
    *("web_fetch", "google_web_search", "write_todos", "update_topic"),
)
"""The tools an agent is offered, whatever a release adds. None starts an agent of the program's own: nobody would see
it in the tree, and no budget would count it. None asks: nobody answers."""
SHELL = ("run_shell_command", "list_background_processes", "read_background_output", "activate_skill")
"""What an agent gets besides that is not held. A skill is a script as often as not."""
OURS = (
    *(r'agent\.json"', r'exit\.json"', r'ended\.json"', r'task\.md"'),
    *(r"\.env", "log/std", r"\.gemini/", r"\.run/"),
)
"""What a held agent never writes, wherever it lies: the engine's files, and what would set its own program up anew."""
PLACES = (r'"file_path":"', r'"file_path":"([^"\\]|\\.)*/')
"""What stands before those names in a call. Its policy engine takes no pattern that might take long: no `(...?)*`."""
PRIORITY = 950
"""Of what is never done; then come the tools that it gets, and then that it gets no other."""


class Gemini(OneShot):
    """Runs Gemini CLI without its relauncher, so that signals reach the one process that works."""

    kind = "gemini"
    start_cost_s = 3.0
    gentle_group = True
    install = "@google/gemini-cli"
    logins: tuple[str, ...] = ("GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_GCA")
    tested: tuple[str, ...] = ("0.61.0",)

    def new_session(self) -> str:
        """Ours, so that it is known before the program says anything."""
        return str(uuid.uuid4())

    def trouble_of_exit(self, code: int) -> Trouble | None:
        """After its own tries it ends with the status of the last answer, as far as an exit code holds it (503: 247).

        Its output then has the words of the service alone. Its own codes are below those of any such status.
        """
        return trouble_of_status(256 + code)

    def headless(self, run: Run, session: str, *, resume: bool) -> tuple[str, ...]:
        """The prompt is on standard input; without -p nothing is added to it."""
        which = ("--resume" if resume else "--session-id", session)
        return ("--output-format", "stream-json", *which, *self._common(run), *self._args())

    def interactive(self, run: Run, session: str) -> tuple[str, ...]:
        """The same session with a person."""
        return ("--resume", session, *self._common(run), *self._args())

    def here(self, run: Run) -> Iterable[str]:
        """It can be held only without a shell."""
        mcp = "`mcp_swarm_*`" if self._with_server(run) else ""
        return habits(mcp=mcp, has_shell=not run.held, writable=run.writable)

    def environment(self, run: Run) -> Mapping[str, str]:  # noqa: ARG002 the same for all
        """The launcher would swallow signals; a workspace that nobody trusted would stop it."""
        return {"GEMINI_CLI_NO_RELAUNCH": "true", "GEMINI_CLI_TRUST_WORKSPACE": "true"}

    def files(self, run: Run) -> Mapping[Path, bytes]:
        """Its rules; and our MCP server, which it takes from its working directory where that is the agent's own."""
        made = {_rules_of(run): _rules(run, with_server=self._with_server(run)).encode()}
        if self._with_server(run):
            (command, *words), ours = server(run)
            # It puts values in the place of names, so that none of them is written down.
            env = {name: f"${name}" for name in handed_on(run, self._settings.env, self.environment(run))} | ours
            settings = {
                "mcpServers": {SERVER: {"command": command, "args": words, "env": env, "trust": True}},
                "privacy": {"usageStatisticsEnabled": False},
                "general": {"enableAutoUpdate": False},
            }
            made[run.agent.path / ".gemini" / "settings.json"] = json.dumps(settings, indent=2).encode() + b"\n"
        return made

    def can_hold(self, run: Run) -> tuple[str, ...]:
        """Its file tools keep to directories; its shell keeps to nothing, so there is none."""
        must_be_directories(run, "Gemini")
        return without_shell(run, "Gemini", self._settings.scope)

    def credentials(self, environment: Mapping[str, str]) -> tuple[Path, ...]:
        """Its login file."""
        place = Path(environment.get("GEMINI_CLI_HOME") or environment.get("HOME", "/"))
        return (place / ".gemini" / "oauth_creds.json",)

    def configs(self, environment: Mapping[str, str]) -> tuple[Path, ...]:
        """They may choose Vertex, or hold a key."""
        place = Path(environment.get("GEMINI_CLI_HOME") or environment.get("HOME", "/"))
        return (place / ".gemini" / "settings.json", place / ".gemini" / ".env")

    def _common(self, run: Run) -> tuple[str, ...]:
        return (
            *("--approval-mode", "auto_edit" if run.held else "yolo"),
            *("--policy", str(_rules_of(run))),
            *(("-m", run.spec.model) if run.spec.model else ()),
            *(word for path in run.writable if path != run.cwd for word in ("--include-directories", str(path))),
        )

    def _with_server(self, run: Run) -> bool:
        """Settings in another directory would be those of a project: they are not ours to write."""
        return run.mcp and run.cwd == run.agent.path


def _rules_of(run: Run) -> Path:
    return run.agent.run / "gemini.toml"


def _rules(run: Run, *, with_server: bool) -> str:
    """Rules of its policy engine. They come before its own and before those of the directory it works in."""
    never = [_rule("deny", WRITERS, PRIORITY, f"argsPattern = '{place}{name}'") for place in PLACES for name in OURS]
    offered = (*TOOLS, *(() if run.held else SHELL), *run.further)
    rules = [
        *(never if run.held else ()),
        _rule("allow", offered, PRIORITY - 1, "allowRedirection = true"),
        *([_rule("allow", ("*",), PRIORITY - 1, f"mcpName = {json.dumps(SERVER)}")] if with_server else []),
        _rule("deny", ("*",), PRIORITY - 2),
    ]
    return "\n".join(rules)


def _rule(decision: str, tools: tuple[str, ...], priority: int, further: str = "") -> str:
    lines = ["[[rule]]", f"toolName = {json.dumps(list(tools))}", *([further] if further else [])]
    return "\n".join([*lines, f'decision = "{decision}"', f"priority = {priority}", ""])
