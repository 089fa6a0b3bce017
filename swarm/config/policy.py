"""swarm.toml: each setting with its type, bounds and default. The operator edits it, the engine only reads it."""

from typing import Annotated, Literal

from msgspec import Meta, field

from swarm.config.kinds import Count, Duration, Positive, Section, Span, VariableName
from swarm.config.notify_policy import Hooks, NotifyPolicy, Ping
from swarm.config.spending_policy import Limits, Price

ROLE_SLOTS = {"scout": 2, "improvement": 1, "idea-meta": 4, "worker": 1, "diagnostic": 1}
"""What a spawn of a role commits by default."""

Then = Literal["alert", "stop", "kill"]
"""What becomes of an agent of which something was found. alert: a person decides. stop: it is asked to end, with grace.
kill: it is ended without."""


class Heartbeat(Section, frozen=True):
    """[heartbeat]: the rhythm, and the rules counted in it (field report, The Progress.md Protocol)."""

    period: Span = 900.0
    auto: bool = True
    investigate_after: Positive = 2
    kill_after: Positive = 3
    unread_after: Count = 3
    invalid_after: Count = 2
    loop_periods: Positive = 4
    loop_sentences: Annotated[int, Meta(ge=2)] = 6
    kill: bool = True


class RoleSlots(Section, frozen=True):
    """[slots.roles.ROLE], or `ROLE = 2` for its slots alone: what a role takes of the slots."""

    slots: Count | None = None
    """What a spawn of it commits where it does not say; None: what its role file says."""
    max: Annotated[int, Meta(ge=0)] | None = None
    """What all its agents may hold at once; None: no limit but that of the swarm."""
    guaranteed: Annotated[int, Meta(ge=0)] = 0
    """What is kept for it: no other role takes so many slots away."""


def role_slots(written: object) -> object:
    """Returns the table that a bare number of slots stands for, else the table; raises ValueError for anything else."""
    if isinstance(written, int) and not isinstance(written, bool):
        return {"slots": written}
    if not isinstance(written, dict):
        raise ValueError("write a number of slots, or a table of slots, max and guaranteed")
    return written


def _default_roles() -> dict[str, RoleSlots]:
    return {role: RoleSlots(slots) for role, slots in ROLE_SLOTS.items()}


class SlotsPolicy(Section, frozen=True):
    """[slots]: how many agents at once (field report, The Slot Budget System)."""

    max: Annotated[int, Meta(ge=1, le=1000)] = 12
    reserve: Annotated[int, Meta(ge=0)] = 2
    max_depth: Annotated[int, Meta(ge=1, le=20)] = 4
    roles: dict[str, Annotated[RoleSlots, role_slots]] = field(default_factory=_default_roles)
    """By role; writing down one role leaves the others as they were."""

    def for_role(self, role: str, otherwise: int = 1) -> int:
        """The slots a spawn of this role commits when it does not say. otherwise: what its role file says."""
        found = self.roles.get(role)
        return found.slots if found is not None and found.slots is not None else otherwise


class Models(Section, frozen=True):
    """[models]: one tier in the whole swarm (field report, failure 4)."""

    tier: str = ""
    allow_mixed: bool = False
    then: Then = "alert"
    """What becomes of an agent of another tier, when it still runs a heartbeat after the alert."""


class ProgramSettings(Section, frozen=True):
    """[programs.NAME]: what is run. An empty argv is the program's own."""

    argv: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    model: str = ""
    kind: str = ""
    format: Literal["", "claude", "codex", "gemini", "opencode"] = ""
    """For programs of the kind `command`: whose language its output is in; '' is plain text."""
    args: tuple[str, ...] = ()
    """Further words at the end of the program's own argv."""
    scope: Literal["auto", "sandbox", "narrow"] = "auto"
    """How agents with `owns` or `scope: observe` are held (claude, command): `auto` is `sandbox` where it works."""
    bash: tuple[str, ...] = ()
    """Further shell commands that a narrow scope allows, as rules of the program: `npm test`, `make *`."""
    tools: tuple[str, ...] = ()
    """Further tools, in the program's own names, that agents are offered which are not held."""
    inherit: bool = False
    """The operator's own settings of the program hold for its agents too (never those of a project)."""
    mcp: bool = True
    """Our MCP server is given to its agents, where the program speaks that."""


class SpawnPolicy(Section, frozen=True):
    """[spawn]: how agents are started."""

    program: str = "command"
    crash_limit: Count = 3
    crash_window: Span = 900.0
    stagger: bool = True
    environment: tuple[VariableName, ...] = ()
    """Names, or patterns, of further variables that belong to an agent and are kept for all its runs."""


class StopPolicy(Section, frozen=True):
    """[stop]: how agents are stopped."""

    grace: Annotated[Duration, Meta(ge=0)] = 10.0


class WatchPolicy(Section, frozen=True):
    """[watch]: how the tree is read."""

    ignore: tuple[str, ...] = ()
    seen: Span = 1.0
    unseen: Span = 5.0
    events: bool = True


class Checks(Section, frozen=True):
    """[acceptance]: how outcome checks are run."""

    timeout: Span = 60.0
    at_once: Annotated[int, Meta(ge=1, le=64)] = 2
    """Agents whose checks run at the same time; those of one agent run one after the other."""
    every_heartbeat: bool = False
    """Checks of agents that are done are run again at each heartbeat, and outcomes that are gone are said."""
    then: Literal["alert", "reject"] = "alert"
    """alert: disputed results stay so until somebody decides. reject: the heartbeat after an alert about them rejects
    them, unless it was acknowledged."""


class Root(Section, frozen=True):
    """[root]: the root agent. It holds no slot."""

    id: str = "genesis-01"
    on: bool = False
    """Each heartbeat wakes it for one turn, with the digest of the heartbeat as its words."""
    program: str = ""
    """What it runs; '' is [spawn] program."""
    model: str = ""
    session: Literal["resume", "fresh"] = "resume"
    timeout: Span = 600.0
    """Seconds that a turn may take before it is stopped."""
    cost_usd: Positive | None = None
    """What one turn may cost; None for no limit."""


class Inputs(Section, frozen=True):
    """[inputs]: what becomes of an agent whose inputs were removed, renamed or emptied since its spawn (failure 2)."""

    then: Then = "alert"
    """Done when they are not back a heartbeat after the alert."""


class Roles(Section, frozen=True):
    """[roles]: what becomes of an agent that has not read the shared rules and its role (failure 5)."""

    then: Then = "alert"
    """Done when it still has not a heartbeat after it was told."""


class Injection(Section, frozen=True):
    """[injection]: what becomes of an agent in whose texts an order to its reader is found (failure 7)."""

    then: Then = "alert"
    """Done at once."""


class ResultsPolicy(Section, frozen=True):
    """[results]: what follows where results are not read (failure 8), counted in heartbeats."""

    orphaned_after: Count = 6
    """Unread for so many: the alert of [heartbeat] unread_after rises, and what `then` says follows."""
    then: Literal["alert", "refuse", "stop"] = "alert"
    """alert: a person decides. refuse: the parent spawns no agent until it has read. stop: the parent is asked to end,
    with grace and with all below it."""


class Looping(Section, frozen=True):
    """[looping]: what counts as a loop beside [heartbeat] loop_periods and loop_sentences, and what becomes of it."""

    then: Then = "stop"
    """Done after a warning."""
    warn_periods: Annotated[float, Meta(ge=0)] = 2
    """Periods of the heartbeat from the warning, which the agent reads, until it ends."""
    calls: Annotated[int, Meta(ge=2)] = 10
    """Tool calls in a row that were made before, with the same results, from which on it loops."""
    failures: Annotated[int, Meta(ge=2)] = 10
    """Tool calls in a row that failed."""
    reads: Annotated[int, Meta(ge=2)] = 100
    """Tool calls in a row that only read, where as long as `loop_periods` nothing was written either."""


class Strays(Section, frozen=True):
    """[strays]: what becomes of coding agents that run and were not spawned through the engine (failure 6)."""

    then: Then = "alert"
    """alert: a person decides. stop: one that the heartbeat before warned of is asked to end. kill: it is ended."""


class ScopePolicy(Section, frozen=True):
    """[scope]: what becomes of an agent that writes what another one owns, or outside of its scope (failure 10)."""

    then: Literal["alert", "freeze", "stop"] = "freeze"
    """alert: a person decides. freeze: it is paused, with all below it, until one does. stop: it is asked to end."""


class Service(Section, frozen=True):
    """[service]: what counts as trouble with a model service."""

    waiting_after: Span = 120.0
    """Seconds without a sign of life, and without an open tool call, after which an agent waits for its model."""
    give_up_after: Span = 5400.0
    """Seconds of waiting, or since the last retry, after which waiting no longer excuses silence; and for which agents
    are taken up again by themselves, from a time on that the service named itself."""
    retry_after: Span = 60.0
    """Seconds until an agent whose program ended for its service is taken up again; twice as long each further time."""
    retry_at_most: Span = 900.0
    """Seconds that such a pause is at most."""
    pause_share: Annotated[float, Meta(gt=0, le=1)] = 0.5
    """Spawning pauses when this share of the running agents (two at least) is refused."""


class Archive(Section, frozen=True):
    """[archive]: what becomes of agents that are over."""

    after: Annotated[Duration, Meta(ge=0)] = 0.0
    """Seconds after which a heartbeat puts away who is over, read and not needed; 0: only the operator does."""


class Policy(Section, frozen=True):
    """All of swarm.toml."""

    name: str = ""
    heartbeat: Heartbeat = field(default_factory=Heartbeat)
    slots: SlotsPolicy = field(default_factory=SlotsPolicy)
    schedule: dict[str, int] = field(default_factory=lambda: {"improvement": 3})
    models: Models = field(default_factory=Models)
    spawn: SpawnPolicy = field(default_factory=SpawnPolicy)
    stop: StopPolicy = field(default_factory=StopPolicy)
    watch: WatchPolicy = field(default_factory=WatchPolicy)
    acceptance: Checks = field(default_factory=Checks)
    root: Root = field(default_factory=Root)
    inputs: Inputs = field(default_factory=Inputs)
    roles: Roles = field(default_factory=Roles)
    injection: Injection = field(default_factory=Injection)
    results: ResultsPolicy = field(default_factory=ResultsPolicy)
    looping: Looping = field(default_factory=Looping)
    strays: Strays = field(default_factory=Strays)
    scope: ScopePolicy = field(default_factory=ScopePolicy)
    limits: Limits = field(default_factory=Limits)
    service: Service = field(default_factory=Service)
    archive: Archive = field(default_factory=Archive)
    notify: NotifyPolicy = field(default_factory=NotifyPolicy)
    hooks: Hooks = field(default_factory=Hooks)
    ping: Ping = field(default_factory=Ping)
    programs: dict[str, ProgramSettings] = field(default_factory=dict)
    prices: dict[str, Price] = field(default_factory=dict)
    """By model, where the program or the engine's own table names another price, or none."""
