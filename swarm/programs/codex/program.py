"""The program `codex`: OpenAI's Codex, headless, one thread a session, in its own sandbox where it is held."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from swarm.model.listed import ListedSession
from swarm.programs.codex import session_list
from swarm.programs.codex.tools import project_configs, servers_off, switched_off
from swarm.programs.listeners import listening_places
from swarm.programs.oneshot import SERVER, OneShot, Run, handed_on, must_be_directories, server
from swarm.programs.prompt import habits
from swarm.programs.work_places import git_keeps, git_writes

PROFILE = "swarm"
START_S = 30
"""Seconds in which our MCP server must have started: long, for a busy machine."""


class Codex(OneShot):
    """Runs `codex exec`. Its sandbox holds shell commands and patches alike; our MCP server works outside of it."""

    kind = "codex"
    start_cost_s = 0.3
    install = "@openai/codex"
    logins: tuple[str, ...] = ("OPENAI_API_KEY", "CODEX_API_KEY")
    own_sandbox = True
    lists_tools = False
    tested: tuple[str, ...] = ("0.169.0",)

    def headless(self, run: Run, session: str, *, resume: bool) -> tuple[str, ...]:
        """`-`: the prompt is on standard input. A thread is named by the program."""
        which = ("exec", "resume", session) if resume else ("exec",)
        place = () if resume else ("-C", str(run.cwd))
        common = self._common(run)
        never = _set({"approval_policy": "never"})
        return (*which, "--json", "--skip-git-repo-check", *place, *never, *common, "-", *self._args())

    def interactive(self, run: Run, session: str) -> tuple[str, ...]:
        """The person at the terminal is asked for what the sandbox does not allow."""
        # The server of this user's terminals would run it in an environment of its own, and go on when the person left.
        return ("resume", "--no-daemon", session, *self._common(run), *self._args())

    def sessions(self) -> tuple[ListedSession, ...]:
        """Of this user, in terminals, scripts and its own server."""
        return session_list.listed(self.name, session_list.config_directory({**self._inherited, **self._settings.env}))

    def here(self, run: Run) -> Iterable[str]:
        """Its sandbox leaves it a shell."""
        return habits(mcp="of the MCP server `swarm`" if run.mcp else "", has_shell=True, writable=run.writable)

    def environment(self, run: Run) -> Mapping[str, str]:
        """Where it is held, scratch files of its commands lie in its own directory: no other one is writable."""
        return {"TMPDIR": str(_scratch(run))} if run.held else {}

    def files(self, run: Run) -> Mapping[Path, bytes]:
        """The directory for scratch files."""
        return {_scratch(run) / ".keep": b""} if run.held else {}

    def can_hold(self, run: Run) -> tuple[str, ...]:
        """A root that is no directory leaves its sandbox without effect or without work: that is refused."""
        must_be_directories(run, "Codex")
        return (f"Codex takes no list of allowed tools: what a newer release adds is offered to {run.spec.name} too.",)

    def credentials(self, environment: Mapping[str, str]) -> tuple[Path, ...]:
        """Its login file."""
        return (session_list.config_directory(environment) / "auth.json",)

    def configs(self, environment: Mapping[str, str]) -> tuple[Path, ...]:
        """It may have a provider with a key of its own."""
        return (session_list.config_directory(environment) / "config.toml",)

    def _settings_files(self, run: Run) -> tuple[Path, ...]:
        """Where MCP servers of the operator's, and of the project it works in, are named."""
        return (*self.configs(self._whole_environment(run)), *project_configs(run.cwd))

    def _whole_environment(self, run: Run) -> Mapping[str, str]:
        return {**self._inherited, **self._settings.env, **run.spec.env}

    def _common(self, run: Run) -> tuple[str, ...]:
        chosen: dict[str, object] = {
            "check_for_update_on_startup": False,
            "analytics.enabled": False,
            "allow_login_shell": False,  # its profile would set PATH anew, without swarm-tui
            "sandbox_mode": "workspace-write" if run.held else "danger-full-access",
            **switched_off(run.further),
            **servers_off(self._settings_files(run), SERVER, run.further),
        }
        if run.held:
            chosen |= {
                "default_permissions": PROFILE,
                f"permissions.{PROFILE}.filesystem": _permissions(run, listening_places(self._whole_environment(run))),
                f"permissions.{PROFILE}.network": {"enabled": True},
                # For versions that do not know permissions yet.
                "sandbox_workspace_write.writable_roots": [str(path) for path in (*run.writable, *_git(run))],
                "sandbox_workspace_write.exclude_slash_tmp": True,
                "sandbox_workspace_write.exclude_tmpdir_env_var": True,
                "sandbox_workspace_write.network_access": True,
            }
        if run.mcp:
            (command, *words), env = server(run)
            chosen |= {
                f"mcp_servers.{SERVER}.command": command,
                f"mcp_servers.{SERVER}.args": words,
                f"mcp_servers.{SERVER}.env": env,
                f"mcp_servers.{SERVER}.env_vars": handed_on(run, self._settings.env, self.environment(run)),
                f"mcp_servers.{SERVER}.startup_timeout_sec": START_S,
                # Without this its tools would be refused: nobody is there to allow them.
                f"mcp_servers.{SERVER}.default_tools_approval_mode": "approve",
            }
        return (*(("-m", run.spec.model) if run.spec.model else ()), *_set(chosen))


def _permissions(run: Run, listening: Iterable[Path]) -> dict[str, str]:
    """It reads everything, and writes what is its own but for the engine's files. The nearest path above decides.

    A file that is not there must not be named: the sandbox would make it. listening: where others would be asked to run
    something, because the sandbox leaves a shell local sockets.
    """
    agent = run.agent
    home = Path(os.path.realpath(run.layout.root))
    return {
        ":root": "read",
        **{str(path): "deny" for path in listening if not home.is_relative_to(path)},
        **{str(path): "write" for path in (*run.writable, *_git(run))},
        **{str(path): "read" for path in (agent.spec, agent.task, agent.log, agent.run)},
        **({str(path): "read" for path in git_keeps(run.spec)} if _git(run) else {}),
        str(_scratch(run)): "write",
    }


def _git(run: Run) -> tuple[Path, ...]:
    """Where its commits go; an observer makes none."""
    return git_writes(run.spec) if run.owned else ()


def _scratch(run: Run) -> Path:
    return run.agent.run / "tmp"


def _set(chosen: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(word for key, value in chosen.items() for word in ("-c", f"{key}={_toml(value)}"))


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_toml(str(key))} = {_toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    # JSON writes texts, numbers and truths as TOML does, but for characters beyond 16 bits and DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
