"""Makes the demo's home: the documents of a real one, a policy in fast motion, and a file that says the demo lives."""

from contextlib import ExitStack
from pathlib import Path

from swarm.api import Swarm
from swarm.errors import Code, Refused
from swarm.protocol.paths import Layout
from swarm.store import locks
from swarm.store.writer import write_atomic
from swarm.verbs.init import init
from swarm_tui.demo.agent_kit import ALIVE_FILE, CASES, MINUTE_VARIABLE, SCRIPTED, UNHELD, agent_command

DEFAULT_SPEED = 60.0
INPUT, RENAMED = "notes/day3-social-march1.md", "notes/day3-mar1.md"
"""A file that an agent needs, and the name that somebody gives it while that agent works."""
PERIOD_MINUTES = 15.0
ARCHIVED_MINUTES = 720.0
LOCK_S = 1.0
_POLICY = """\
# The policy of the demo. Time runs {speed:g} times as fast: {period} stand for 15 minutes.
name = "demo"

[heartbeat]
period = "{period}"

[slots]
# More than the usual 12: the demo shows every case of the protocol, and ten failures, at once.
max = 29
reserve = 2

[spawn]
crash_window = "{period}"

[stop]
grace = "2s"

[archive]
after = "{archived}"

[watch]
seen = "{seen}"
unseen = "{seen}"

[acceptance]
timeout = "5s"
every_heartbeat = true

[programs.command]
argv = [{argv}]
env = {{ {minute} = "{seconds}" }}

[programs.{unheld}]
# Agents without a box, as where the system has none: what they write elsewhere is not prevented, but seen.
kind = "command"
scope = "narrow"
env = {{ {minute} = "{seconds}" }}

[programs.{scripted}]
# Agents that write as a coding agent does: what answers, which tools it calls.
kind = "command"
format = "claude"
env = {{ {minute} = "{seconds}" }}
"""


def make_demo(directory: Path, speed: float = DEFAULT_SPEED) -> Swarm:
    """A demo home at `directory`, which must be empty or not there; nothing runs in it yet.

    speed: how much faster than the clock; 60 makes 15 seconds of a period of 15 minutes. Raises Refused `exists`.
    """
    if directory.exists() and any(directory.iterdir()):
        raise Refused(Code.EXISTS, f"{str(directory)!r} is not empty.", hint="Give --dir a new directory for the demo.")
    directory.mkdir(parents=True, exist_ok=True)
    layout = Layout(directory.resolve())
    write_atomic(layout.policy, policy_text(speed).encode())
    init(layout.root)
    for name, text in ((INPUT, "Day 3: what the first users say.\n"), (f"{CASES}/README.md", "What is tested.\n")):
        (layout.root / name).parent.mkdir()
        write_atomic(layout.root / name, text.encode())
    return Swarm.open(layout.root)


def policy_text(speed: float) -> str:
    """The demo's swarm.toml: the rules of the protocol, `speed` times as fast."""
    minute = 60 / speed
    return _POLICY.format(
        speed=speed,
        period=f"{PERIOD_MINUTES * minute:g}s",
        archived=f"{ARCHIVED_MINUTES * minute:g}s",
        seen=f"{min(1.0, minute * 2):g}s",
        argv=", ".join(_toml_text(word) for word in agent_command("observer")),
        minute=MINUTE_VARIABLE,
        scripted=SCRIPTED,
        unheld=UNHELD,
        seconds=f"{minute:g}",
    )


class AliveFile:
    """A file locked for as long as this process lives: agents look at it, and end when it is no longer held."""

    def __init__(self, home: Path) -> None:
        self._held = ExitStack()
        self._held.enter_context(locks.held(home / ALIVE_FILE, LOCK_S))

    def close(self) -> None:
        """The demo is over."""
        self._held.close()


def _toml_text(word: str) -> str:
    """A basic string of TOML."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
