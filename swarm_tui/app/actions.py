"""THE table: every act of the control room, once. Keys, strip, help, palette and README are made from it."""

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct, field
from textual.binding import Binding

from swarm.config.policy import Policy
from swarm.model.health import Verdict
from swarm.model.record import Phase
from swarm.model.reports import ResultsState
from swarm.model.snapshot import Access, AgentView, Snapshot
from swarm_tui.app.capabilities import why_not_stopped
from widgets.agent_row import SUBAGENT_MARK, is_subagent


class Group(StrEnum):
    """Where an act stands in the help."""

    MOVE = "Move"
    LOOK = "Look"
    FIND = "Find"
    AGENTS = "Agents"
    HEARTBEAT = "Heartbeat"
    ROOM = "Control room"


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

    @property
    def targets(self) -> tuple[AgentView, ...]:
        """The marked agents, or the one under the cursor."""
        return self.marked or ((self.agent,) if self.agent is not None else ())


Reason = Callable[[Where], str]


def _always(_: Where) -> str:
    return ""


def _needs_agent(where: Where) -> str:
    return "" if where.targets else "there is no agent under the cursor"


def _needs_writable(where: Where) -> str:
    return "" if where.access is Access.WRITABLE else f"this home is only viewed: {where.access_why}"


def _needs_managed(where: Where) -> str:
    for view in where.targets:
        if is_subagent(view):
            return f"it runs inside {view.id.partition(SUBAGENT_MARK)[0]}: act on that one"
        if view.foreign:
            return f"{view.id} was not spawned through the engine, so the engine leaves it alone"
        if view.ghost:
            return f"{view.id} was not spawned through the engine; stop the agent that it runs below"
    return ""


def _needs_running(where: Where) -> str:
    for view in where.targets:
        if view.record is not None and view.record.phase is Phase.IDLE:
            return f"{view.id} is between two turns"
        if view.record is None or view.record.phase is Phase.ENDED:
            return f"{view.id} is not running"
    return ""


def _needs_stoppable(where: Where) -> str:
    inner = [view for view in where.targets if is_subagent(view)]
    if not inner:
        return _needs_managed(where) or _needs_live(where)
    if len(inner) < len(where.targets):
        return "agents and sub-agents are marked: stop the ones first, then the others"
    return next((said for view in inner if (said := why_not_stopped(view, where.snapshot, where.policy))), "")


def _needs_live(where: Where) -> str:
    for view in where.targets:
        if view.id == where.snapshot.root:
            continue
        if view.record is None or (view.record.phase is Phase.ENDED and not view.record.unverified):
            return f"{view.id} is not running"
    return ""


def _needs_output(where: Where) -> str:
    view = where.agent
    if view is None:
        return ""
    if is_subagent(view):
        return f"what it does stands in the transcript of {view.id.partition(SUBAGENT_MARK)[0]}"
    if view.ghost:
        return "nobody keeps its output"
    if view.record is not None and view.record.phase is Phase.ENDED:
        return f"{view.id} has ended; what it put out is in its transcript (2)"
    return ""


def _needs_results(where: Where) -> str:
    if all(view.results.state is ResultsState.ABSENT for view in where.targets):
        return "there is no results.json to read yet"
    return ""


def _needs_ended(where: Where) -> str:
    view = where.agent
    if view is None or view.spec is None:
        return "there is no spec to spawn again"
    if view.id == where.snapshot.root:
        return "the root is not spawned again; each heartbeat wakes it where [root] is on"
    if view.record is not None and view.record.phase is not Phase.ENDED:
        return f"{view.id} is still running: stop it first"
    return ""


def _needs_spec(where: Where) -> str:
    return "" if where.agent is not None and where.agent.spec is not None else "this agent has no spec to start from"


def _needs_alert(where: Where) -> str:
    return "" if any(alert.acked_at is None for alert in where.snapshot.alerts) else "there is no open alert"


def _needs_alerts(where: Where) -> str:
    return "" if where.snapshot.alerts else "there is no alert"


def _not_beating(where: Where) -> str:
    return "a heartbeat is running" if where.beating else ""


def _needs_problem(where: Where) -> str:
    return "" if where.snapshot.agents else "there are no agents"


def _all(*reasons: Reason) -> Reason:
    def check(where: Where) -> str:
        return next((said for reason in reasons if (said := reason(where))), "")

    return check


_act_on_agent = _all(_needs_writable, _needs_agent, _needs_managed)


class Act(Struct, frozen=True):
    """One act. `name` is the method `act_<name>` of the control room; `keys` are Textual's names for them."""

    name: str
    keys: tuple[str, ...]
    title: str
    group: Group
    shown: str
    """The keys as people write them."""
    short: str = ""
    """The word on the strip at the bottom; '' keeps it off the strip."""
    disabled_reason: Reason = _always
    """Why it cannot be done now; '' where it can."""
    writes: bool = False
    """It changes something: refused in a viewer."""
    palette: bool = True
    verb: str = ""
    """The declared verb that it carries out, whose name and words the palette knows it by, too."""


ACTS: tuple[Act, ...] = (
    Act("down", ("j", "down"), "one agent down", Group.MOVE, "j ↓", palette=False),
    Act("up", ("k", "up"), "one agent up", Group.MOVE, "k ↑", palette=False),
    Act("page_down", ("ctrl+d", "pagedown"), "half a page down", Group.MOVE, "ctrl-d", palette=False),
    Act("page_up", ("ctrl+u", "pageup"), "half a page up", Group.MOVE, "ctrl-u", palette=False),
    Act("top", ("g", "home"), "first agent", Group.MOVE, "g", palette=False),
    Act("bottom", ("G", "end"), "last agent", Group.MOVE, "G", palette=False),
    Act("fold", ("h", "left"), "fold this branch, or go to its parent", Group.MOVE, "h ←", palette=False),
    Act("unfold", ("l", "right"), "unfold this branch", Group.MOVE, "l →", palette=False),
    Act("toggle_fold", ("space",), "fold or unfold this branch", Group.MOVE, "space", palette=False),
    Act("fold_all", ("minus",), "fold every branch", Group.MOVE, "-"),
    Act("unfold_all", ("equals_sign",), "unfold every branch", Group.MOVE, "="),
    Act(
        "open",
        ("enter",),
        "open the detail; on an alert: go to its agent",
        Group.LOOK,
        "enter",
        disabled_reason=_needs_agent,
    ),
    Act("tab_progress", ("1",), "detail: progress", Group.LOOK, "1"),
    Act("tab_transcript", ("2",), "detail: transcript", Group.LOOK, "2"),
    Act("tab_task", ("3",), "detail: task", Group.LOOK, "3"),
    Act("tab_results", ("4",), "detail: results", Group.LOOK, "4"),
    Act("tab_process", ("5",), "detail: process", Group.LOOK, "5"),
    Act("tab_events", ("6",), "detail: events", Group.LOOK, "6"),
    Act("next_tab", ("tab",), "next tab of the detail", Group.LOOK, "tab", palette=False),
    Act("previous_tab", ("shift+tab",), "previous tab of the detail", Group.LOOK, "shift-tab", palette=False),
    Act("follow", ("f",), "follow the transcript, or stop following", Group.LOOK, "f"),
    Act("zoom", ("z",), "zoom the detail, and back", Group.LOOK, "z"),
    Act("timeline", ("t",), "the agents over the last heartbeats", Group.LOOK, "t"),
    Act("alerts", ("exclamation_mark",), "go to the alerts, and back", Group.LOOK, "!", disabled_reason=_needs_alerts),
    Act("audit", ("e",), "the audit log: who did what", Group.LOOK, "e", verb="events"),
    Act("problems", ("p",), "show only what needs a person, worst first", Group.FIND, "p", "problems"),
    Act("next_problem", ("w",), "go to the next problem", Group.FIND, "w", disabled_reason=_needs_problem),
    Act("filter", ("slash",), "filter agents; in the transcript: search (n next, N before)", Group.FIND, "/", "filter"),
    Act("clear", ("escape",), "clear filter, marks and zoom", Group.FIND, "esc", palette=False),
    Act("sort", ("s",), "sort by the next column", Group.FIND, "s"),
    Act("reverse", ("S",), "reverse the order", Group.FIND, "S"),
    Act("mark", ("v",), "mark this agent, to act on several", Group.FIND, "v", disabled_reason=_needs_agent),
    Act("copy", ("y",), "copy this agent's id and verdict", Group.FIND, "y", disabled_reason=_needs_agent),
    Act("plan", ("b",), "rehearse the next heartbeat", Group.HEARTBEAT, "b", "plan", _not_beating, verb="heartbeat"),
    Act(
        "beat",
        ("B",),
        "beat now",
        Group.HEARTBEAT,
        "B",
        "beat",
        _all(_needs_writable, _not_beating),
        writes=True,
        verb="heartbeat",
    ),
    Act("spawn", ("n",), "spawn an agent", Group.AGENTS, "n", "spawn", _needs_writable, writes=True, verb="spawn"),
    Act(
        "spawn_like",
        ("N",),
        "spawn from this agent's spec",
        Group.AGENTS,
        "N",
        "",
        _all(_needs_writable, _needs_spec),
        writes=True,
        verb="spawn",
    ),
    Act(
        "stop",
        ("x",),
        "stop this agent and its subtree",
        Group.AGENTS,
        "x",
        "stop",
        _all(_needs_writable, _needs_agent, _needs_stoppable),
        writes=True,
        verb="kill",
    ),
    Act(
        "stop_hard",
        ("X",),
        "kill this agent and its subtree without grace",
        Group.AGENTS,
        "X",
        "",
        _all(_act_on_agent, _needs_live),
        writes=True,
        verb="kill",
    ),
    Act(
        "respawn",
        ("r",),
        "spawn this ended agent again",
        Group.AGENTS,
        "r",
        "",
        _all(_act_on_agent, _needs_ended),
        writes=True,
        verb="respawn",
    ),
    Act(
        "pause",
        ("P",),
        "pause or resume this subtree",
        Group.AGENTS,
        "P",
        "",
        _all(_act_on_agent, _needs_running),
        writes=True,
        verb="pause",
    ),
    Act(
        "message",
        ("m",),
        "tell this agent something",
        Group.AGENTS,
        "m",
        "",
        _act_on_agent,
        writes=True,
        verb="message",
    ),
    Act(
        "attach",
        ("a",),
        "talk to it in a terminal of its own, or watch its output",
        Group.AGENTS,
        "a",
        "",
        _all(_needs_agent, _needs_output),
        verb="attach",
    ),
    Act(
        "read",
        ("c",),
        "mark its results read",
        Group.AGENTS,
        "c",
        "",
        _all(_act_on_agent, _needs_results),
        writes=True,
        verb="read",
    ),
    Act(
        "acknowledge",
        ("A",),
        "acknowledge alerts",
        Group.AGENTS,
        "A",
        "",
        _all(_needs_writable, _needs_alert),
        writes=True,
    ),
    Act(
        "hold",
        ("H",),
        "no automatic kill for some heartbeats",
        Group.AGENTS,
        "H",
        "",
        _all(_act_on_agent, _needs_running),
        writes=True,
        verb="hold",
    ),
    Act("freeze", ("E",), "freeze every agent, or thaw them", Group.HEARTBEAT, "E", "", _needs_writable, writes=True),
    Act("refresh", ("R",), "look at the disk again now", Group.ROOM, "R"),
    Act("palette", ("colon", "ctrl+p"), "find any act by name", Group.ROOM, ": ctrl-p", palette=False),
    Act("help", ("question_mark",), "the keys, the glyphs, the rules", Group.ROOM, "?", "help"),
    Act("theme", ("ctrl+t",), "next theme", Group.ROOM, "ctrl-t"),
    Act("quit", ("q",), "leave the control room; agents go on", Group.ROOM, "q", "quit"),
)
BY_NAME: dict[str, Act] = {act.name: act for act in ACTS}


def bindings() -> list[Binding]:
    """The table as Textual bindings. All call one dispatcher, which can say why an act is refused."""
    return [
        Binding(",".join(act.keys), f"act('{act.name}')", act.title, show=False, key_display=act.shown) for act in ACTS
    ]


def strip_hints() -> tuple[tuple[str, str], ...]:
    """(key, word) of what the strip at the bottom shows, in the table's order."""
    return tuple((act.shown.split()[0], act.short) for act in ACTS if act.short)
