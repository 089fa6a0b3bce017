"""swarm.toml as frozen settings. The operator edits it, the engine only reads; errors name file, line and key."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from swarm.errors import PolicyError
from swarm.formatting import parse_duration

Duration = Annotated[float, BeforeValidator(parse_duration)]


class Section(BaseModel):
    """A table of swarm.toml: frozen, and a key that is not known is an error, so that no typo stays silent."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Heartbeat(Section):
    """[heartbeat]: the rhythm, and the rules counted in it (field report, The Progress.md Protocol)."""

    period: Duration = Field(900.0, gt=0)
    auto: bool = True
    investigate_after: float = Field(2, gt=0)
    kill_after: float = Field(3, gt=0)
    unread_after: int = Field(3, ge=1)
    invalid_after: int = Field(2, ge=1)
    loop_periods: float = Field(4, gt=0)
    loop_sentences: int = Field(6, ge=2)
    kill: bool = True

    @model_validator(mode="after")
    def _in_order(self) -> "Heartbeat":
        if self.kill_after <= self.investigate_after:
            raise ValueError("kill_after must be more than investigate_after: a kill follows an investigation")
        return self


ROLE_SLOTS = {"scout": 2, "improvement": 1, "idea-meta": 4, "worker": 1, "diagnostic": 1}


class SlotsPolicy(Section):
    """[slots]: how many agents at once (field report, The Slot Budget System)."""

    max: int = Field(12, ge=1, le=1000)
    reserve: int = Field(2, ge=0)
    max_depth: int = Field(4, ge=1, le=20)
    roles: dict[str, int] = Field(default_factory=lambda: dict(ROLE_SLOTS))

    @field_validator("roles")
    @classmethod
    def _over_defaults(cls, roles: dict[str, int]) -> dict[str, int]:
        """Writing down one role leaves the others as they were."""
        return {**ROLE_SLOTS, **roles}

    @model_validator(mode="after")
    def _room(self) -> "SlotsPolicy":
        if self.reserve >= self.max:
            raise ValueError("reserve must be less than max")
        if any(slots < 1 for slots in self.roles.values()):
            raise ValueError("a role takes at least one slot")
        return self

    def for_role(self, role: str) -> int:
        """The slots a spawn of this role commits when it does not say."""
        return self.roles.get(role, 1)


class Models(Section):
    """[models]: one tier in the whole swarm (field report, failure 4)."""

    tier: str = ""
    allow_mixed: bool = False


class Program(Section):
    """[programs.NAME]: what is run. An empty argv is the program's own."""

    argv: tuple[str, ...] = ()
    env: dict[str, str] = Field(default_factory=dict)
    model: str = ""
    kind: str = ""
    format: Literal["", "claude", "codex", "gemini", "opencode"] = ""
    """For programs of the kind `command`: whose language its output is in; '' is plain text."""
    args: tuple[str, ...] = ()
    """Further words at the end of the program's own argv."""
    scope: Literal["auto", "sandbox", "narrow"] = "auto"
    """How agents with `owns` or `scope: observe` are held (claude): `auto` takes the sandbox where it works."""
    bash: tuple[str, ...] = ()
    """Further shell commands that a narrow scope allows, as rules of the program: `npm test`, `make *`."""
    inherit: bool = False
    """The operator's own settings of the program hold for its agents too (never those of a project)."""
    mcp: bool = True
    """Our MCP server is given to its agents, where the program speaks that."""


class Spawning(Section):
    """[spawn]: how agents are started."""

    program: str = "command"
    crash_limit: int = Field(3, ge=1)
    crash_window: Duration = Field(900.0, gt=0)
    stagger: bool = True


class Stopping(Section):
    """[stop]: how agents are stopped."""

    grace: Duration = Field(10.0, ge=0)


class Watching(Section):
    """[watch]: how the tree is read."""

    ignore: tuple[str, ...] = ()
    seen: Duration = Field(1.0, gt=0)
    unseen: Duration = Field(5.0, gt=0)
    events: bool = True


class Checks(Section):
    """[acceptance]: how outcome checks are run."""

    timeout: Duration = Field(60.0, gt=0)


class Root(Section):
    """[root]: the root agent. It holds no slot."""

    id: str = "genesis-01"
    on: bool = False
    """Each heartbeat wakes it for one turn, with the digest of the heartbeat as its words."""
    program: str = ""
    """What it runs; '' is [spawn] program."""
    model: str = ""
    session: Literal["resume", "fresh"] = "resume"
    timeout: Duration = Field(600.0, gt=0)
    """Seconds that a turn may take before it is stopped."""
    cost_usd: float | None = Field(None, gt=0)
    """What one turn may cost; None for no limit."""


class Limit(Section):
    """What an agent may use up in its life. None: no limit."""

    cost_usd: float | None = Field(None, gt=0)
    tokens: int | None = Field(None, gt=0)


class Limits(Section):
    """[limits]: a warning at `warn` of a limit, a gentle stop at the whole of it."""

    warn: float = Field(0.8, gt=0, lt=1)
    cost_usd: float | None = Field(None, gt=0)
    """Of the whole swarm within 24 hours."""
    tokens: int | None = Field(None, gt=0)
    """Of the whole swarm within 24 hours."""
    roles: dict[str, Limit] = Field(default_factory=dict)
    """Of one agent of the role, in its life."""


class Service(Section):
    """[service]: what counts as trouble with a model service."""

    waiting_after: Duration = Field(120.0, gt=0)
    """Seconds without a sign of life, and without an open tool call, after which an agent waits for its model."""
    give_up_after: Duration = Field(5400.0, gt=0)
    """Seconds of waiting, or after the last try, after which that explains no silence any more."""
    pause_share: float = Field(0.5, gt=0, le=1)
    """When so much of the running agents is refused (two at least), spawning pauses."""


class Policy(Section):
    """All of swarm.toml."""

    name: str = ""
    heartbeat: Heartbeat = Field(default_factory=Heartbeat)
    slots: SlotsPolicy = Field(default_factory=SlotsPolicy)
    schedule: dict[str, int] = Field(default_factory=lambda: {"improvement": 3})
    models: Models = Field(default_factory=Models)
    spawn: Spawning = Field(default_factory=Spawning)
    stop: Stopping = Field(default_factory=Stopping)
    watch: Watching = Field(default_factory=Watching)
    acceptance: Checks = Field(default_factory=Checks)
    root: Root = Field(default_factory=Root)
    limits: Limits = Field(default_factory=Limits)
    service: Service = Field(default_factory=Service)
    programs: dict[str, Program] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _schedule(self) -> "Policy":
        if any(every < 1 for every in self.schedule.values()):
            raise ValueError("schedule: a role comes every 1st heartbeat at most")
        return self


MAX_POLICY_BYTES = 256 * 1024


def load_policy(path: Path) -> Policy:
    """The policy of a swarm.toml; raises PolicyError that names file, line and key."""
    try:
        if path.exists() and not path.is_file():
            raise PolicyError(f"{path} is not a file.", hint="Put the settings into a plain file of this name.")
        with path.open("rb") as file:
            raw = file.read(MAX_POLICY_BYTES + 1)
    except OSError as error:
        raise PolicyError(f"{path} cannot be read.", error.strerror or str(error)) from error
    if len(raw) > MAX_POLICY_BYTES:
        raise PolicyError(f"{path} is larger than {MAX_POLICY_BYTES} bytes.", hint="It holds settings, nothing else.")
    return parse_policy(raw.decode("utf-8", "replace"), path.name)


def parse_policy(text: str, name: str = "swarm.toml") -> Policy:
    """The policy of a text; raises PolicyError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(
            f"{name} is not TOML.", str(error), "Nothing was changed; mend the line and try again."
        ) from error
    try:
        return Policy.model_validate(data)
    except ValidationError as error:
        raise PolicyError(*_explain(error, text, name), "Nothing was changed; mend the line and try again.") from error


def _explain(error: ValidationError, text: str, name: str) -> tuple[str, str]:
    first: Any = error.errors()[0]
    location = [str(part) for part in first["loc"]]
    line = _line_of(location, text)
    where = f"{name}:{line}" if line else name
    what = str(first["msg"]).removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        what = "there is no such setting"
    return f"{where}: {'.'.join(location) or 'the file'}: {what}.", f"It says {first['input']!r}."[:300]


def _line_of(location: list[str], text: str) -> int | None:
    """The line of a key, found by walking tables as TOML writes them; None where it is inline or implied."""
    table: list[str] = []
    fallback = None
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line)
        if header:
            table = [part.strip().strip("\"'") for part in header[1].split(".")]
            if table == location[: len(table)] and len(table) >= len(location) - 1:
                fallback = fallback or number
            continue
        key = re.match(r"\s*([\w.\"'-]+)\s*=", line)
        if key:
            full = table + [part.strip("\"'") for part in key[1].split(".")]
            if full == location or (full == location[: len(full)] and len(full) == len(location) - 1 and full != table):
                return number
    return fallback
