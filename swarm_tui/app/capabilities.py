"""What can be done with agents now, and why not: the reasons of the table, and what an agent's program allows."""

from collections.abc import Callable

from msgspec import Struct, field

from swarm.api import Swarm
from swarm.config.policy import Policy
from swarm.errors import SwarmError
from swarm.model.health import Verdict
from swarm.model.record import Ending, Phase
from swarm.model.reports import ResultsState
from swarm.model.snapshot import Access, AgentView, Snapshot
from swarm.programs.base import Program
from swarm.programs.registry import program_for
from swarm.rules.archive import reasons_to_keep
from widgets.agent_words import SUBAGENT_MARK, is_subagent
from widgets.own_keys import KeyOf


class Where(Struct, frozen=True):
    """What an act would work on: captured when the key is pressed, so that a refresh cannot change the target."""

    snapshot: Snapshot
    access: Access
    access_why: str
    agent: AgentView | None = None
    verdict: Verdict | None = None
    marked: tuple[AgentView, ...] = ()
    beating: bool = False
    """A heartbeat started from here is running."""
    policy: Policy = field(default_factory=Policy)
    hidden: tuple[tuple[AgentView, str], ...] = ()
    """Marked agents that are not in the list as it is shown, each with why."""
    no_undo: str = ""
    """Why nothing can be taken back."""
    on_context: bool = False
    """The agent under the cursor is in the list only because something below it matches the filter."""
    at_alerts: bool = False
    """The list of alerts has the keys."""
    key_of: KeyOf = str
    """The operator's key of an act, for reasons that name one; unless it is given, acts are named."""

    @property
    def targets(self) -> tuple[AgentView, ...]:
        """The marked agents, or the one under the cursor: what every act on agents is meant for."""
        return self.marked or ((self.agent,) if self.agent is not None else ())

    @property
    def one(self) -> AgentView | None:
        """The target of an act that can be done to one agent only; None where several are marked."""
        return self.targets[0] if len(self.targets) == 1 else None


Reason = Callable[[Where], str]


def always(_: Where) -> str:
    return ""


def needs_row(where: Where) -> str:
    return "" if where.targets else "there is no agent under the cursor"


def needs_one(where: Where) -> str:
    count = len(where.targets)
    return (
        f"it is done to one agent at a time, and {count} are marked: {where.key_of('clear')} unmarks them"
        if count > 1
        else ""
    )


def needs_match(where: Where) -> str:
    if where.marked or where.agent is None or not where.on_context:
        return ""
    return f"{where.agent.id} only leads to what the filter found: {where.key_of('clear')} shows all"


def needs_agent(where: Where) -> str:
    return needs_row(where) or needs_match(where)


def needs_writable(where: Where) -> str:
    if where.snapshot.pulse.looking:
        return "the swarm is still being looked at: one moment"
    return "" if where.access.takes_acts else f"this home is only viewed: {where.access_why}"


def needs_managed(where: Where) -> str:
    for view in where.targets:
        if is_subagent(view):
            return f"it runs inside {view.id.partition(SUBAGENT_MARK)[0]}: act on that one"
        if view.stray is not None:
            ends, adopts, dismisses = map(where.key_of, ("stop", "adopt_stray", "dismiss"))
            return f"{view.id} is a stray: {ends} ends it, {adopts} adopts it, {dismisses} dismisses it"
        if view.ghost:
            what = f"stop the agent that it runs below; {where.key_of('dismiss')} dismisses it"
            return f"{view.id} was not spawned through the engine: {what}"
        if view.foreign:
            return f"{view.id} was not spawned through the engine, so the engine leaves it alone"
    return ""


def needs_running(where: Where) -> str:
    for view in where.targets:
        if view.record is not None and view.record.phase is Phase.IDLE:
            return f"{view.id} is between two turns"
        if view.record is None or view.record.phase is Phase.ENDED:
            return f"{view.id} is not running"
    return ""


def needs_stoppable(where: Where) -> str:
    inner = [view for view in where.targets if is_subagent(view)]
    if where.targets and all(view.stray is not None for view in where.targets):
        return ""
    if not inner:
        return needs_managed(where) or needs_live(where)
    if len(inner) < len(where.targets):
        return "agents and sub-agents are marked: stop the ones first, then the others"
    return next((said for view in inner if (said := why_not_stopped(view, where.snapshot, where.policy))), "")


def needs_stray(where: Where) -> str:
    view = where.one
    return "" if view is not None and view.stray is not None else "this is no stray, which the ledger does not know"


def needs_unrecorded(where: Where) -> str:
    for view in where.targets:
        if view.record is not None or view.inner is not None or not view.foreign:
            return f"{view.id} is an agent of this swarm"
    return ""


def needs_live(where: Where) -> str:
    for view in where.targets:
        if view.id == where.snapshot.root:
            continue
        if view.record is None or (view.record.phase is Phase.ENDED and not view.record.unverified):
            return f"{view.id} is not running"
    return ""


def needs_output(where: Where) -> str:
    view = where.one
    if view is None:
        return ""
    if is_subagent(view):
        return f"what it does stands in the transcript of {view.id.partition(SUBAGENT_MARK)[0]}"
    if view.ghost:
        return "the engine does not keep its output"
    if view.record is not None and view.record.phase is Phase.ENDED:
        return f"{view.id} has ended; what it put out is in its transcript ({where.key_of('tab_transcript')})"
    return ""


def needs_results(where: Where) -> str:
    if all(view.results.state is ResultsState.ABSENT for view in where.targets):
        return "there is no results.json to read yet"
    return ""


def needs_verdict(where: Where) -> str:
    for view in where.targets:
        done = view.record is not None and view.record.ending is Ending.DONE
        if not done and view.results.state is not ResultsState.VALID:
            return f"{view.id} has no results to decide about"
    return ""


def needs_ended(where: Where) -> str:
    ids = {view.id for view in where.targets}
    for view in where.targets:
        if view.spec is None:
            return f"{view.id} has no spec to spawn again"
        if view.id == where.snapshot.root:
            return "the root is not spawned again; each heartbeat wakes it where [root] is on"
        if view.record is not None and view.record.phase not in (Phase.ENDED, Phase.WAITING):
            return f"{view.id} is still running: stop it first"
        above = next((each for each in ids if view.id.startswith(f"{each}/")), None)
        if above is not None:
            return f"{view.id} is below {above}, which is marked too: start that one first, then look again"
    return ""


def needs_reader(where: Where) -> str:
    for view in where.targets:
        phase = view.record.phase if view.record is not None else None
        if phase is Phase.ENDED:
            program = program_of(view, where.policy)
            how = ", in its session where that can go on" if program is not None and program.has_sessions else ""
            return f"{view.id} has ended and reads no messages: {where.key_of('respawn')} starts it again{how}"
        if phase is Phase.QUEUED:
            return f"{view.id} waits for a slot and reads nothing yet"
    return ""


def needs_undo(where: Where) -> str:
    return where.no_undo


def needs_over(where: Where) -> str:
    reasons = reasons_to_keep(where.snapshot, where.policy)
    return next((str(said) for view in where.targets if (said := reasons.get(view.id)) is not None), "")


def needs_spec(where: Where) -> str:
    return "" if where.one is not None and where.one.spec is not None else "this agent has no spec to start from"


def needs_worktree(where: Where) -> str:
    view = where.one
    if view is None:
        return "there is no agent under the cursor"
    if view.spec is None or view.spec.worktree is None:
        return f"{view.id} has no worktree: a spawn gives one with --worktree"
    return ""


def needs_alert(where: Where) -> str:
    if not where.at_alerts and (said := needs_match(where)):
        return said
    return "" if any(alert.acked_at is None for alert in where.snapshot.alerts) else "there is no open alert"


def needs_alerts(where: Where) -> str:
    return "" if where.snapshot.alerts else "there is no alert"


def not_beating(where: Where) -> str:
    return "a heartbeat is running" if where.beating else ""


def needs_problem(where: Where) -> str:
    return "" if where.snapshot.agents or where.snapshot.alerts else "there are no agents"


def all_of(*reasons: Reason) -> Reason:
    def check(where: Where) -> str:
        return next((said for reason in reasons if (said := reason(where))), "")

    return check


act_on_agent = all_of(needs_writable, needs_agent, needs_managed)


def program_of(view: AgentView, policy: Policy) -> Program | None:
    """The program of an agent; None where it is unknown or not in this version."""
    name = view.record.program if view.record is not None else view.spec.program if view.spec is not None else ""
    try:
        return program_for(name, policy) if name else None
    except SwarmError:
        return None


def above(view: AgentView, snapshot: Snapshot) -> AgentView | None:
    """The agent inside whose program this sub-agent runs."""
    return snapshot.agent(view.id.partition(SUBAGENT_MARK)[0])


def why_not_stopped(view: AgentView, snapshot: Snapshot, policy: Policy) -> str:
    """Why this sub-agent cannot be stopped by itself; '' where it can."""
    owner = above(view, snapshot)
    if not is_subagent(view) or owner is None:
        return f"{view.id} was not spawned through the engine; stop the agent that it runs below"
    if owner.record is None or owner.record.phase is not Phase.RUNNING:
        return f"{owner.id} does not run any more, and its sub-agents have ended with it"
    program = program_of(owner, policy)
    if program is None or not program.stop_subagent(view.id.partition(SUBAGENT_MARK)[2].rpartition("~")[2]):
        return f"its program ({owner.record.program}) cannot end one sub-agent; stop {owner.id} itself"
    return ""


def hears(view: AgentView, policy: Policy) -> bool:
    """Whether messages reach the agent's program while it runs."""
    program = program_of(view, policy)
    return program is not None and program.channel and view.record is not None and view.record.phase is Phase.RUNNING


def session_for(swarm: Swarm, view: AgentView) -> str:
    """The session of an ended agent that can be resumed; '' where there is none. Looks at the disk."""
    program = program_of(view, swarm.home.policy)
    if program is None or not program.has_sessions:
        return ""
    from swarm.lifecycle.relaunch import session_of  # which knows all about how programs end

    return session_of(swarm.home, swarm.agent_dir(view.id), program.name, view.spawn_id)
