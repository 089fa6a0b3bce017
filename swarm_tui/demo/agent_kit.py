"""What an agent of the demo works with: its files, the verbs, and a clock that runs faster. Light, as agents are."""

import os
import subprocess
import sys
import time
from pathlib import Path

from swarm.errors import SwarmError
from swarm.home.actor import who
from swarm.protocol.paths import AgentDir, Layout
from swarm.store import locks, syscalls
from swarm.verbs import report

MINUTE_VARIABLE = "DEMO_MINUTE"
ALIVE_FILE = ".demo-alive"
SCRIPTED = "scripted"
"""The program of agents whose output is in the format of a coding agent."""
UNHELD = "unheld"
"""The program of agents that no box holds to their scope, as where the system has none."""
CASES = "cases"
"""A directory of the home that one agent owns."""
MODEL = "claude-sonnet-4-6"
"""The model that is ordered for them."""
LOOK_SECONDS = 1.0


def command_line() -> tuple[str, ...]:
    """How `swarm-tui` is called from here: the installed command, beside the interpreter that runs us."""
    installed = Path(sys.executable).with_name("swarm-tui")
    if installed.is_file():
        return (str(installed),)
    return (sys.executable, "-P", "-c", "import sys; from swarm_tui.cli import main; sys.exit(main())")


class DemoOver(Exception):
    """The demo that started this agent is gone: nothing of it stays."""


class DemoAgent:
    """One agent of the demo. Times are minutes of the protocol; a minute of the demo is `minute` seconds."""

    def __init__(self) -> None:
        self.layout = Layout(Path(os.environ["SWARM_HOME"]))
        self.who = who(os.environ, self.layout)
        self.files: AgentDir = self.layout.agent(self.who.agent)
        self.minute = float(os.environ.get(MINUTE_VARIABLE, "1"))
        self.made = 0

    @property
    def name(self) -> str:
        """The last part of the agent's id."""
        return self.who.agent.rpartition("/")[2]

    def say(self, text: str, outputs: int | None = None, *, aloud: bool = True) -> None:
        """One line of progress; aloud: the same on standard output."""
        try:
            report.progress(self.layout, self.who, text, outputs)
        except SwarmError as error:
            print(f"progress: {error}", file=sys.stderr, flush=True)
        if aloud:
            print(text, flush=True)

    def make(self, name: str, text: str) -> None:
        """One finished file of output."""
        work = self.files.path / "work"
        work.mkdir(exist_ok=True)
        (work / name).write_text(text + "\n")
        self.made += 1

    def done(self, summary: str, status: str = "success", outputs: tuple[str, ...] = ()) -> None:
        """The results, once."""
        try:
            report.done(self.layout, self.who, status=status, summary=summary, outputs=outputs)
        except SwarmError as error:
            print(f"done: {error}", file=sys.stderr, flush=True)

    def wait(self, minutes: float) -> None:
        """Sleeps; raises DemoOver when the demo is gone."""
        until = time.monotonic() + minutes * self.minute
        while True:
            self._check_demo()
            left = until - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, LOOK_SECONDS))

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One `swarm-tui` command, as any agent would run it."""
        ran = subprocess.run(
            [*command_line(), *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        print(f"$ swarm-tui {' '.join(words)}\n{ran.stdout}{ran.stderr}", flush=True)
        return ran

    def _check_demo(self) -> None:
        """The demo holds a lock on a file of its home for as long as it lives, however it ends."""
        try:
            descriptor = locks.acquire(self.layout.root / ALIVE_FILE, 0.0, syscalls.open_read)  # also in a box
        except locks.NoLocks:
            return  # whether it lives is not known
        except (OSError, SwarmError) as error:
            raise DemoOver from error
        if descriptor is not None:
            os.close(descriptor)
            raise DemoOver


def agent_command(*words: str) -> tuple[str, ...]:
    """The argument vector of an agent that runs one of the scripts."""
    return (sys.executable, "-P", "-m", "swarm_tui.demo.agents", *words)
