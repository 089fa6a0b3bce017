"""The program `claude`: Claude Code, headless, with a live channel, hooks, our MCP server and a scope that holds."""

import json
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from signal import SIGINT

from swarm.config.policy import ProgramSettings
from swarm.model.agent import AgentSpec
from swarm.model.launch import Launch
from swarm.model.listed import ListedSession
from swarm.model.service import Trouble
from swarm.model.values import replace
from swarm.programs import preflight, prompt, sandbox
from swarm.programs.base import Need
from swarm.programs.claude import (
    command_line,
    login,
    permissions,
    session_list,
    settings,
    stdin_messages,
    terminal_lines,
)
from swarm.programs.claude.own_settings import read_own_settings
from swarm.programs.environment import OWN_BIN, compose, present
from swarm.programs.run_marker import run_mark, session_file
from swarm.programs.work_places import git_settings, unseen_by_git, working_directory
from swarm.protocol.paths import AgentDir, Layout

PACKAGE = "@anthropic-ai/claude-code"
INSTALL = f"npm install -g {PACKAGE}"
RECOMMENDED = {
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_AUTOUPDATER": "1",
    # Our server is there before the first turn, so that no first call fails.
    "MCP_CONNECTION_NONBLOCKING": "0",
    # The root's manual lies above every agent's directory: it is the root's alone, and comes with its system prompt.
    "CLAUDE_CODE_DISABLE_CLAUDE_MDS": "1",
    # No session goes to a daemon of the user's, which would outlive the agent.
    "CLAUDE_CODE_DISABLE_AGENT_VIEW": "1",
}
LOGINS = (*login.KEYS, "CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY")


class Claude:
    """Runs Claude Code."""

    kind = "claude"
    start_cost_s = 0.7
    channel = True
    holds_scope = True
    has_sessions = True
    takes_command = False
    logins: tuple[str, ...] = LOGINS
    tested: tuple[str, ...] = ("2.1.197", "2.1.332")

    def __init__(
        self,
        name: str = "claude",
        given: ProgramSettings | None = None,
        environment: Mapping[str, str] | None = None,
        *,
        cost_usd: float | None = None,
    ) -> None:
        self.name = name
        self._inherited = present() if environment is None else environment
        self._cost_usd = cost_usd
        self._settings = given or ProgramSettings()

    def prepare(self, spec: AgentSpec, layout: Layout, agent: AgentDir, brief: str = "") -> Launch:
        """A fresh session with the brief as its first turn; raises Refused `scope` where it cannot be held."""
        return self._headless(
            spec, layout, agent, str(uuid.uuid4()), stdin_messages.first(brief, agent.task), resume=False
        )

    def resume(self, spec: AgentSpec, layout: Layout, agent: AgentDir, session: str, words_: str) -> Launch | None:
        """The same session with `words_` as its next turn. Its old process must be gone."""
        return self._headless(spec, layout, agent, session, stdin_messages.resumed(words_, agent.task), resume=True)

    def take_over(self, spec: AgentSpec, layout: Layout, agent: AgentDir, session: str) -> Launch | None:
        """The same session in a person's terminal, held to the same scope."""
        held = self._scope(spec, layout, agent)
        return Launch(
            spawn_id=spec.spawn_id,
            argv=command_line.interactive(spec, agent, self._settings, held, session),
            env=self._own_environment(spec, layout, agent, held),
            cwd=_directory(spec, layout, agent, held),
            inherited=self._inherited,
            session=session,
            gentle_signal=SIGINT,
            files=self._files(spec, layout, agent, held, session, alone=False),
        )

    def limited_to(self, cost_usd: float) -> "Claude":
        """It ends a turn that would cost more. Where swarm.toml gives it a limit already, that one holds."""
        return Claude(self.name, self._settings, self._inherited, cost_usd=cost_usd)

    def say(self, text: str, key: str = "") -> bytes:
        """A turn while it runs, or the next one."""
        return stdin_messages.message(text, key)

    def stop_subagent(self, key: str) -> bytes:
        """Ends one task of the program's own."""
        return stdin_messages.stop_task(key)

    def ask_to_end(self) -> bytes:
        """It drops what it does and ends by itself, with exit 0."""
        return stdin_messages.end()

    def ask_what_it_costs(self) -> bytes:
        """It answers at once, also in mid-turn: its own results come only when a turn has ended."""
        return stdin_messages.cost()

    def session_file(self, session: str) -> Path | None:
        """In the user's directory, by the directory in which it was begun."""
        return terminal_lines.session_file(session_list.config_directory(self._environment()), session)

    def as_output(self, before: bytes, since: bytes) -> bytes:
        """Its words and figures are the same in both, but for what holds them."""
        return terminal_lines.as_output(before, since)

    def sessions(self) -> tuple[ListedSession, ...]:
        """Of this user, in terminals and in the background."""
        return session_list.listed(self.name, session_list.config_directory(self._environment()))

    def trouble_of_exit(self, code: int) -> Trouble | None:  # noqa: ARG002 the protocol's signature
        """Its output says it, with the status of the answer."""
        return None

    def end_session(self, session: ListedSession) -> bool:
        """Its daemon does, and does not start it again."""
        return session_list.end(self._settings.argv or command_line.OWN, self._environment(), session.short)

    def why_not_logged_in(self, launch: Launch | None = None) -> str:
        """It is asked as it would run: with the environment, and the settings, of this launch."""
        argv = self._settings.argv or command_line.OWN
        if launch is None:
            taken = read_own_settings(self._environment()).settings((self._settings.env,))
            return login.status(argv, json.dumps(taken).encode(), self._environment())
        data = next((data for path, data in launch.files.items() if path.name == "settings.json"), b"{}")
        return login.status(argv, data, launch.environment)

    def needs(self) -> tuple[Need, ...]:
        """The executable, a login as far as that shows, and the sandbox. Its version is `preflight.version`'s."""
        environment = self._environment()
        word = (self._settings.argv or command_line.OWN)[0]
        box = preflight.sandbox(environment)
        if not box.ok and self._settings.scope == "sandbox":
            box = replace(box, text=f'{box.text}; scope = "sandbox" refuses agents that own paths or observe')
        return (
            preflight.found(word, environment, hint=f"Install it with: {INSTALL}"),
            login.seen(environment, read_own_settings(environment)),
            box,
        )

    def _headless(
        self, spec: AgentSpec, layout: Layout, agent: AgentDir, session: str, first: bytes, *, resume: bool
    ) -> Launch:
        held = self._scope(spec, layout, agent)
        return Launch(
            spawn_id=spec.spawn_id,
            argv=command_line.headless(
                spec, agent, self._settings, held, session, resume=resume, cost_usd=self._cost_usd
            ),
            env=self._own_environment(spec, layout, agent, held),
            cwd=_directory(spec, layout, agent, held),
            inherited=self._inherited,
            channel=True,
            first=first,
            mark=run_mark(spec, self.name),
            session=session,
            gentle_signal=SIGINT,
            files=self._files(spec, layout, agent, held, session),
            warnings=held.warnings,
        )

    def _scope(self, spec: AgentSpec, layout: Layout, agent: AgentDir) -> permissions.Scope:
        # An agent that is not held needs no sandbox: nothing is tried for it.
        box = preflight.sandbox(self._environment()) if permissions.held(spec) else Need("sandbox", ok=False, text="")
        scope = permissions.decide(spec, layout, agent, self._settings, box)
        if not spec.subagents:
            return scope
        nested = permissions.NESTED
        return replace(scope, tools=(*scope.tools, nested), allow=(*scope.allow, nested))

    def _files(
        self,
        spec: AgentSpec,
        layout: Layout,
        agent: AgentDir,
        held: permissions.Scope,
        session: str,
        *,
        alone: bool = True,
    ) -> dict[Path, bytes]:
        """alone: no person is at it, so that it is asked for its results before it may stop."""
        mcp = self._settings.mcp
        made = settings.files(spec, layout, agent, held, mcp=mcp, gate=alone, logins=self._logins(spec, held))
        made[agent.session] = session_file(spec, self.name, session)
        made[agent.system] = prompt.system(spec, layout, held, mcp=mcp).encode("utf-8", "replace")
        if held.sandbox is not None:
            made |= unseen_by_git(spec, agent, self._environment())
        if held.sandbox is not None and sandbox.root_on_linux():
            made[_bin(agent) / "bwrap"] = sandbox.shim(preflight.executable("bwrap", self._environment())).encode()
        return made

    def _logins(self, spec: AgentSpec, held: permissions.Scope) -> Mapping[str, object]:
        """What the operator's own settings say of logins, for agents that do not read them."""
        if held.inherit:
            return {}
        return read_own_settings(self._environment()).settings((self._settings.env, spec.env))

    def _own_environment(
        self, spec: AgentSpec, layout: Layout, agent: AgentDir, held: permissions.Scope
    ) -> dict[str, str]:
        git = git_settings(spec, agent, self._environment()) if held.sandbox is not None else {}
        made = compose(spec, layout, RECOMMENDED, git, self._settings.env, spec.env)
        if held.sandbox is not None and sandbox.root_on_linux():
            # The program looks for bubblewrap on PATH, and what stands there first is ours.
            made["PATH"] = f"{_bin(agent)}{os.pathsep}{made.get('PATH') or self._environment().get('PATH', os.defpath)}"
        return made

    def _environment(self) -> Mapping[str, str]:
        return {**self._inherited, **self._settings.env}


def _directory(spec: AgentSpec, layout: Layout, agent: AgentDir, held: permissions.Scope) -> Path:
    """Where it starts. The program's sandbox lets a shell write where it starts: a held agent starts in its own."""
    wanted = working_directory(spec, layout, agent)
    if not held.held or any(wanted.is_relative_to(path) for path in held.writable):
        return wanted
    return agent.path


def _bin(agent: AgentDir) -> Path:
    """What stands on its PATH before everything else."""
    return agent.path / OWN_BIN
