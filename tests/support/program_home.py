"""A home whose agents are the real programs, each pointed at a scripted model on loopback, in a HOME of its own."""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

from swarm.model.agent import Identity
from swarm.model.health import Verdict
from swarm.model.requests import SpawnRequest
from swarm.model.snapshot import AgentView
from swarm.model.values import replace
from swarm.processes.identity import identify, send
from swarm.verbs.doctor import strays
from tests.support.homes import LiveHome
from tests.support.model_scripts import Script, Seen
from tests.support.model_server import ModelServer
from tests.support.programs import PROGRAMS, Pinned, missing
from tests.support.wait import wait_for

KEY = "sk-ant-not-a-real-key-of-anybody"
MODELS = {"claude": "claude-opus-4-8", "codex": "gpt-5.2-codex", "gemini": "gemini-2.5-pro", "opencode": "scripted/m1"}
_NUMBERS = count()
ENDS_S = 90.0
"""How long a test waits for a program that has little to do: starts are slow on a busy machine."""


@dataclass(slots=True)
class Set:
    """How one program is set in swarm.toml."""

    scenario: str
    launcher: Path
    env: dict[str, str] = field(default_factory=dict)
    more: str = ""
    logged_in: bool = True
    """swarm.toml says which service is asked, and with which key."""


class ProgramHome(LiveHome):
    """A live home, and the model service behind its agents."""

    def __init__(self, root: Path, user: Path, models: ModelServer) -> None:
        self.user = user
        """The HOME of whoever runs this swarm: nobody's but the test's."""
        self.models = models
        self.versions: dict[str, Pinned] = dict(PROGRAMS)
        """Which version of each program its agents run."""
        self._programs: dict[str, Set] = {}
        self._more = ""
        self._slots = (12, 2)
        super().__init__(root)

    def use(
        self,
        name: str,
        script: Script,
        *,
        scenario: str = "",
        env: Mapping[str, str] | None = None,
        settings: str = "",
        launcher: Path | None = None,
        more: str = "",
        logged_in: bool = True,
    ) -> None:
        """Agents of this program play `script` from now on.

        env, settings: what [programs.NAME] gets besides. launcher: what is run in place of the program itself.
        more: the rest of swarm.toml. logged_in: swarm.toml names the service and a key; else the test does, like users.
        """
        chosen = Set(scenario or name, launcher or self.executable(name), dict(env or {}), settings, logged_in)
        self._programs[name] = chosen
        self._more = more or self._more
        self.models.play(chosen.scenario, script)
        url = self.models.url(chosen.scenario)
        {"claude": self._claude, "codex": self._codex, "gemini": self._gemini, "opencode": self._opencode}[name](
            chosen, url
        )
        self.write_policy()

    def executable(self, name: str) -> Path:
        """What is run for a program, where no launcher stands before it."""
        return self.versions[name].executable

    def environment(self, name: str) -> dict[str, str]:
        """What an operator's shell has in which this program is run by hand, with the same model behind it."""
        return {**os.environ, **self._programs[name].env}

    def write_policy(self, more: str | None = None) -> None:
        """Writes swarm.toml with the programs that are in use; the first of them is what agents run by default."""
        self._more = self._more if more is None else more
        tables = []
        for name, chosen in self._programs.items():
            env = ", ".join(f"{key} = {json.dumps(value)}" for key, value in chosen.env.items())
            tables.append(
                f"[programs.{name}]\nargv = [{json.dumps(str(chosen.launcher))}]\n"
                f"env = {{ {env} }}\nmodel = {json.dumps(MODELS[name])}\n{chosen.more}\n"
            )
        slots, reserve = self._slots
        self.rules(slots=slots, reserve=reserve, more="\n" + "\n".join([self._more, *tables]))
        path = self.root / "swarm.toml"
        default = next(iter(self._programs))
        path.write_text(path.read_text().replace("[spawn]\n", f'[spawn]\nprogram = "{default}"\n'))
        self.swarm = self.open()

    def sized(self, slots: int, reserve: int = 0) -> None:
        """So many slots from now on."""
        self._slots = (slots, reserve)
        self.write_policy()

    def _claude(self, chosen: Set, url: str) -> None:
        quick = {"API_TIMEOUT_MS": "20000", "CLAUDE_CODE_MAX_RETRIES": "2"}
        login = {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": KEY} if chosen.logged_in else {}
        chosen.env = {**login, **quick, **chosen.env}

    def _codex(self, chosen: Set, url: str) -> None:
        chosen.env = {"SCRIPTED_KEY": KEY, **chosen.env}
        config = self.user / ".codex" / "config.toml"
        config.parent.mkdir(exist_ok=True)
        config.write_text(
            'model_provider = "scripted"\n[model_providers.scripted]\nname = "scripted"\n'
            f'base_url = "{url}/v1"\nenv_key = "SCRIPTED_KEY"\nwire_api = "responses"\n'
        )

    def _gemini(self, chosen: Set, url: str) -> None:
        chosen.env = {"GEMINI_API_KEY": KEY, "GOOGLE_GEMINI_BASE_URL": url, **chosen.env}
        settings = self.user / ".gemini" / "settings.json"
        settings.parent.mkdir(exist_ok=True)
        quiet = {"privacy": {"usageStatisticsEnabled": False}}
        settings.write_text(json.dumps({"security": {"auth": {"selectedType": "gemini-api-key"}}, **quiet}))

    def _opencode(self, chosen: Set, url: str) -> None:
        provider = {
            "npm": "@ai-sdk/anthropic",
            "options": {"baseURL": f"{url}/v1", "apiKey": KEY},
            "models": {"m1": {}},
        }
        config = self.user / ".config" / "opencode" / "opencode.json"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(json.dumps({"provider": {"scripted": provider}}))

    def onboarded(self, *directories: Path) -> None:
        """Claude Code was used by this person before: an interactive start asks nothing."""
        path = self.user / ".claude.json"
        known = json.loads(path.read_text()) if path.exists() else {}
        trusted = {"hasTrustDialogAccepted": True, "hasCompletedProjectOnboarding": True}
        known |= {
            "hasCompletedOnboarding": True,
            "customApiKeyResponses": {"approved": [KEY[-20:]], "rejected": []},
            "projects": known.get("projects", {}) | {str(each): trusted for each in directories},
        }
        path.write_text(json.dumps(known))

    def start(self, name: str, program: str, task: str = "Do what the test says.", **more: object) -> str:
        """Spawns an agent of this program; its id."""
        asked = SpawnRequest(**{"name": name, "role": "worker", "task": task, "program": program, **more})  # type: ignore[arg-type]  # fields by name
        return self.swarm.spawn(asked).agent

    def view(self, agent_id: str) -> AgentView:
        """The agent as a fresh look shows it."""
        wanted = self.id(agent_id)
        return next(view for view in self.swarm.snapshot().agents if view.id == wanted)

    def verdict(self, agent_id: str) -> Verdict:
        """What the health rules say of it now."""
        return self.swarm.verdicts(self.swarm.snapshot())[self.id(agent_id)]

    def seen(self, agent_id: str, what: Callable[[AgentView], object], why: str, deadline: float = ENDS_S) -> AgentView:
        """The agent's view as soon as `what` is true of it; fails the test with `why` otherwise."""

        def look() -> AgentView | None:
            view = self.view(agent_id)
            return view if what(view) else None

        found = wait_for(look, f"{why}; {self.id(agent_id)}", deadline)
        assert found is not None
        return found

    def left(self, words: str = "") -> list[str]:
        """Commands that carry a marker of this home and run, with these words in them."""
        found = strays(self.home, replace(self.state, agents={}))
        return [each.command for each in found if words in each.command]

    def lasting(self) -> str:
        """A command that lasts, and whose words stand in no other command of this machine."""
        return f"sleep 3{next(_NUMBERS):02d}.{os.getpid()}"

    def running(self, words: str) -> list[int]:
        """Processes, of whomever, in whose command line these words stand, without shells that name them."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                if path.read_bytes().replace(b"\0", b" ").strip() == words.encode():
                    found.append(int(path.parent.name))
        return found

    def interrupt(self, process: Identity, number: int) -> None:
        """Sends a signal to one of our agents' processes, as a stranger would."""
        found = identify(process.pid)
        assert found is not None
        assert found.ticks == process.ticks
        send(found, number)

    def in_arguments(self, words: str) -> list[int]:
        """Processes, of whomever, whose command line holds these words: everybody on the machine can read them."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                if words.encode() in path.read_bytes():
                    found.append(int(path.parent.name))
        return found

    def ended(self, agent_id: str, deadline: float = ENDS_S) -> AgentView:
        """The agent once its process is gone and the ledger has let go of it."""
        try:
            wait_for(self.agent(agent_id).exit.exists, f"{agent_id} to end", deadline)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.said(agent_id)}") from None
        self.swarm.settle()
        return self.view(agent_id)

    def said(self, agent_id: str) -> str:
        """The ends of its outputs, for a failed test."""
        agent = self.agent(agent_id)
        ends = [path.read_text(errors="replace")[-1500:] for path in (agent.stdout, agent.stderr) if path.exists()]
        return "its output ends:\n" + "\n".join(ends)

    def asked(self, scenario: str, words: str = "") -> list[Seen]:
        """Requests of a scenario whose conversation speaks of `words`."""
        return [seen for seen in self.models.seen(scenario) if words in seen.prompt + seen.system]


@contextmanager
def scratch() -> Iterator[Path]:
    """A directory for what programs leave behind. Its name is short: some put sockets there, whose paths must be."""
    with tempfile.TemporaryDirectory(prefix="sw-", ignore_cleanup_errors=True) as directory:
        yield Path(directory)


def clean_environment(monkeypatch: pytest.MonkeyPatch, user: Path, models: ModelServer, temporary: Path) -> None:
    """Only what any shell has: no key, no configuration of anybody, and no way out but loopback."""
    ours = str(Path(sys.executable).parent)
    path = os.pathsep.join([ours, os.environ.get("PATH", os.defpath)])
    kept = {"PATH": path, "LANG": os.environ.get("LANG", "C.UTF-8"), "TMPDIR": str(temporary)}
    for name in list(os.environ):
        if not name.startswith(("PYTEST_", "COVERAGE_")):
            monkeypatch.delenv(name)
    out = f"http://127.0.0.1:{models.port}"  # whoever wants to leave asks here, is refused, and is written down
    ours_env = {
        **kept,
        "HOME": str(user),
        "TERM": "xterm-256color",
        "HTTP_PROXY": out,
        "HTTPS_PROXY": out,
        "NO_PROXY": "127.0.0.1,localhost",
        "OPENCODE_DISABLE_AUTOUPDATE": "1",
        "OPENCODE_DISABLE_MODELS_FETCH": "1",
    }
    for name, value in ours_env.items():
        monkeypatch.setenv(name, value)


def needs(*wanted: str | Pinned) -> None:
    """Skips the test, saying why, where one of these programs cannot be run. A name stands for its pinned version."""
    why = [missing(PROGRAMS[each] if isinstance(each, str) else each) for each in wanted]
    if any(why):
        pytest.skip("; ".join(filter(None, why)))


def program_home(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    models: ModelServer,
    temporary: Path,
    versions: Mapping[str, Pinned],
) -> Iterator[ProgramHome]:
    """The home behind the fixture, with these versions of programs; nothing outlives the test."""
    user = tmp_path / "user"
    user.mkdir()
    clean_environment(monkeypatch, user, models, temporary)
    made = ProgramHome(tmp_path / "home", user, models)
    made.versions = dict(versions)
    try:
        yield made
    finally:
        made.end_everything()
