"""The program `opencode`: OpenCode, headless. Where it is held, it edits where it may and has no shell."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from swarm.errors import Code, Refused
from swarm.programs.oneshot import SERVER, OneShot, Run, server, without_shell
from swarm.programs.prompt import habits
from swarm.programs.work_places import worktree_of

CONFIG = "OPENCODE_CONFIG_CONTENT"
TOOLS = (
    *("read", "glob", "grep", "list", "webfetch", "websearch", "codesearch", "skill"),
    *("todowrite", "todoread"),
)
"""What an agent is offered beside editing and, where it is not held, a shell, whatever a release or a plugin adds. A
`task` would be an agent of the program's own: nobody would see it in the tree, and no budget would count it."""
OWN_AGENT = "swarm"
"""The program's name for what runs with that list. In the operator's own agents their rules could stand after ours."""
EVERYTHING = "***"
ENGINES = ("agent.json", "task.md", "exit.json", "ended.json", ".run/*", "log/*")
_SPECIAL = frozenset("*?\n")


class OpenCode(OneShot):
    """Runs `opencode run`. Its permissions and our MCP server come to it in its environment."""

    kind = "opencode"
    start_cost_s = 4.0
    install = "opencode-ai"
    logins: tuple[str, ...] = (
        "ANTHROPIC_API_KEY",
        "OPENAI_API_KEY",
        "OPENROUTER_API_KEY",
        "GEMINI_API_KEY",
        "OPENCODE_API_KEY",
    )
    tested: tuple[str, ...] = ("1.18.33",)

    def headless(self, run: Run, session: str, *, resume: bool) -> tuple[str, ...]:
        """The prompt is on standard input. What its permissions do not deny is allowed without asking."""
        which = ("-s", session) if resume else ()
        return ("run", "--format", "json", "--auto", *which, *_model(run), *self._args())

    def interactive(self, run: Run, session: str) -> tuple[str, ...]:
        """The same session with a person, who is asked for what is not denied."""
        return ("-s", session, *_model(run), *self._args())

    def here(self, run: Run) -> Iterable[str]:
        """It can be held only without a shell."""
        return habits(mcp="`swarm_*`" if run.mcp else "", has_shell=not run.held, writable=run.writable)

    def environment(self, run: Run) -> Mapping[str, str]:
        """Its configuration, over what the operator gives it in the same way."""
        given = self._settings.env.get(CONFIG) or self._inherited.get(CONFIG, "")
        return {
            "OPENCODE_DISABLE_AUTOUPDATE": "1",
            "OPENCODE_DISABLE_MODELS_FETCH": "1",
            CONFIG: json.dumps(_merged(_parsed(given), _config(run))),
        }

    def can_hold(self, run: Run) -> tuple[str, ...]:
        """Its permissions keep its file tools to paths; nothing keeps a shell of its, so there is none."""
        for path in run.writable:
            if _SPECIAL & set(str(path)):
                raise Refused(
                    Code.SCOPE,
                    f"{str(path)!r} cannot be named in a permission of OpenCode.",
                    "Wildcards mean something else there.",
                    "Own a directory with a plain name, or move the home to a plain path.",
                )
        return without_shell(run, "OpenCode", self._settings.scope)

    def credentials(self, environment: Mapping[str, str]) -> tuple[Path, ...]:
        """Its login file."""
        home = Path(environment.get("HOME", "/"))
        return (Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share") / "opencode" / "auth.json",)

    def configs(self, environment: Mapping[str, str]) -> tuple[Path, ...]:
        """They may name providers with keys of their own."""
        home = Path(environment.get("HOME", "/"))
        place = Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "opencode"
        return (place / "opencode.json", place / "opencode.jsonc")

    def _own_environment(self, run: Run) -> dict[str, str]:
        made = super()._own_environment(run)
        made[CONFIG] = self.environment(run)[CONFIG]  # what swarm.toml sets is in it already
        return made


def _model(run: Run) -> tuple[str, ...]:
    return ("-m", run.spec.model) if run.spec.model else ()


def _config(run: Run) -> dict[str, Any]:
    everywhere: dict[str, Any] = {"task": "deny", "external_directory": "allow"}
    if run.held:
        # The last rule that matches decides. Rules of the operator's own files come before those that they do not name:
        # so everything is denied in words that nobody else uses.
        edit = {EVERYTHING: "deny"}
        base = _worktree(run)
        if any(os.path.realpath(path) == str(base) for path in run.writable):
            # First, because it says something of all that lies above, too.
            edit |= {"*": "allow", "../*": "deny"}
        for path in run.writable:
            for name in _names(path, base) - {"."}:
                edit |= {name: "allow", f"{name}/*": "allow"}
        for name in _names(run.agent.path, base):
            edit |= {f"{name}/{each}": "deny" for each in ENGINES}
        everywhere |= {"bash": "deny", "edit": edit}
    made: dict[str, Any] = {
        "autoupdate": False,
        "share": "disabled",
        "permission": everywhere,
        "default_agent": OWN_AGENT,
        "agent": {OWN_AGENT: {"mode": "primary", "permission": _offered(run) | everywhere}},
    }
    if run.mcp:
        words, env = server(run)
        made["mcp"] = {SERVER: {"type": "local", "command": words, "environment": env, "enabled": True}}
    return made


def _offered(run: Run) -> dict[str, str]:
    """The list of allowed tools. The last rule that matches a tool decides, and what is denied is not offered."""
    shell = () if run.held else ("bash", "edit")
    servers = (f"{SERVER}_*",) if run.mcp else ()
    return {EVERYTHING: "deny", "doom_loop": "ask", **dict.fromkeys((*TOOLS, *shell, *servers, *run.further), "allow")}


def _names(path: Path, base: Path) -> set[str]:
    """How a path is written in its permissions; a path through a link may be asked for either way."""
    return {os.path.relpath(each, base) for each in (path, os.path.realpath(path))}


def _worktree(run: Run) -> Path:
    """What paths in its permissions are relative to: the repository that it works in, else the root."""
    own = worktree_of(run.spec, run.layout)
    if own is not None and run.cwd.is_relative_to(own):
        return Path(os.path.realpath(own))  # it is made only when the agent starts
    real = Path(os.path.realpath(run.cwd))
    return next((each for each in (real, *real.parents) if (each / ".git").exists()), Path("/"))


def _parsed(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text) if text.strip() else {}
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Refused(
            Code.PROGRAM,
            f"{CONFIG} is not plain JSON, so that permissions cannot be added to it.",
            hint="Write it without comments, or put it into a file and name that in OPENCODE_CONFIG.",
        )
    return value


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Tables are merged, all else is what stands above. Rules keep their order: ours stand last."""
    made = dict(below)
    for key, value in above.items():
        before = made.pop(key, None)
        made[key] = _merged(before, value) if isinstance(before, Mapping) and isinstance(value, Mapping) else value
    return made
