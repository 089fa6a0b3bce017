"""THE table: every act of the control room, once. Keys, strip, help, palette and README are made from it."""

from enum import StrEnum

from msgspec import Struct

from swarm_tui.app.capabilities import (
    Reason,
    act_on_agent,
    all_of,
    always,
    needs_agent,
    needs_alert,
    needs_alerts,
    needs_ended,
    needs_live,
    needs_output,
    needs_over,
    needs_problem,
    needs_results,
    needs_running,
    needs_spec,
    needs_stoppable,
    needs_stray,
    needs_unrecorded,
    needs_verdict,
    needs_worktree,
    needs_writable,
    not_beating,
)


class Group(StrEnum):
    """Where an act stands in the help."""

    MOVE = "Move"
    LOOK = "Look"
    FIND = "Find"
    AGENTS = "Agents"
    HEARTBEAT = "Heartbeat"
    ROOM = "Control room"


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
    disabled_reason: Reason = always
    """Why it cannot be done now; '' where it can."""
    writes: bool = False
    """It changes something: refused in a viewer."""
    palette: bool = True
    verb: str = ""
    """The declared verb that it carries out, whose name and words the palette knows it by, too."""


def _on_agent(name: str, key: str, title: str, needs: Reason = always, *, verb: str = "") -> Act:
    """An act that changes an agent of the engine's own. needs: what else it needs. verb: '' where it is `name`."""
    reason = all_of(act_on_agent, needs)
    return Act(name, (key,), title, Group.AGENTS, key, disabled_reason=reason, writes=True, verb=verb or name)


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
    Act("toggle_over", ("o",), "show what is over, or fold it away", Group.MOVE, "o"),
    Act("fold_all", ("minus",), "fold every branch", Group.MOVE, "-"),
    Act("unfold_all", ("equals_sign",), "unfold every branch", Group.MOVE, "="),
    Act(
        "open",
        ("enter",),
        "open the detail; on an alert: go to its agent",
        Group.LOOK,
        "enter",
        disabled_reason=needs_agent,
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
    Act("alerts", ("exclamation_mark",), "go to the alerts, and back", Group.LOOK, "!", disabled_reason=needs_alerts),
    Act(
        "results",
        ("I",),
        "the results inbox: what came of whom, and who has seen to it",
        Group.LOOK,
        "I",
        verb="results",
    ),
    Act("audit", ("e",), "the audit log: who did what", Group.LOOK, "e", verb="events"),
    Act("sessions", ("L",), "what your programs run beside this swarm; take one in", Group.LOOK, "L", verb="sessions"),
    Act(
        "adopt_stray",
        ("O",),
        "take this stray in as an agent",
        Group.AGENTS,
        "O",
        "",
        all_of(needs_writable, needs_agent, needs_stray),
        writes=True,
        verb="adopt",
    ),
    Act(
        "dismiss",
        ("i",),
        "say that this is no agent: neither shown nor counted",
        Group.AGENTS,
        "i",
        "",
        all_of(needs_writable, needs_agent, needs_unrecorded),
        writes=True,
        verb="dismiss",
    ),
    Act("problems", ("p",), "show only what needs a person, worst first", Group.FIND, "p", "problems"),
    Act("next_problem", ("w",), "go to the next problem", Group.FIND, "w", disabled_reason=needs_problem),
    Act("filter", ("slash",), "filter agents; in the transcript: search (n next, N before)", Group.FIND, "/", "filter"),
    Act("clear", ("escape",), "clear filter, marks and zoom", Group.FIND, "esc", palette=False),
    Act("sort", ("s",), "sort by the next column", Group.FIND, "s"),
    Act("reverse", ("S",), "reverse the order", Group.FIND, "S"),
    Act("mark", ("v",), "mark this agent, to act on several", Group.FIND, "v", disabled_reason=needs_agent),
    Act(
        "copy",
        ("y",),
        "copy: a menu of its id, verdict, texts, path and session",
        Group.FIND,
        "y",
        disabled_reason=needs_agent,
    ),
    Act("plan", ("b",), "rehearse the next heartbeat", Group.HEARTBEAT, "b", "plan", not_beating, verb="heartbeat"),
    Act(
        "beat",
        ("B",),
        "beat now",
        Group.HEARTBEAT,
        "B",
        "beat",
        all_of(needs_writable, not_beating),
        writes=True,
        verb="heartbeat",
    ),
    Act("spawn", ("n",), "spawn an agent", Group.AGENTS, "n", "spawn", needs_writable, writes=True, verb="spawn"),
    Act(
        "spawn_like",
        ("N",),
        "spawn from this agent's spec",
        Group.AGENTS,
        "N",
        "",
        all_of(needs_writable, needs_spec),
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
        all_of(needs_writable, needs_agent, needs_stoppable),
        writes=True,
        verb="kill",
    ),
    _on_agent("stop_hard", "X", "kill this agent and its subtree without grace", needs_live, verb="kill"),
    _on_agent("respawn", "r", "spawn this ended agent again", needs_ended),
    _on_agent("pause", "P", "pause or resume this subtree, or try again at once", needs_running),
    _on_agent("message", "m", "tell this agent something"),
    Act(
        "attach",
        ("a",),
        "talk to it in a terminal of its own, or watch its output",
        Group.AGENTS,
        "a",
        "",
        all_of(needs_agent, needs_output),
        verb="attach",
    ),
    _on_agent("read", "c", "mark its results read", needs_results),
    _on_agent("accept", "Y", "accept its results, whatever speaks against them", needs_verdict),
    _on_agent("reject", "F", "reject its results, with a word: it counts as failed", needs_verdict),
    Act(
        "acknowledge",
        ("A",),
        "acknowledge alerts",
        Group.AGENTS,
        "A",
        "",
        all_of(needs_writable, needs_alert),
        writes=True,
    ),
    Act("diff", ("d",), "what it changed in its worktree", Group.AGENTS, "d", "", needs_worktree, verb="diff"),
    _on_agent("merge", "M", "merge what it committed in its worktree", needs_worktree),
    Act(
        "archive",
        ("C",),
        "put away what is over: out of the tree, files are kept",
        Group.AGENTS,
        "C",
        "",
        all_of(needs_writable, needs_agent, needs_over),
        writes=True,
        verb="archive",
    ),
    _on_agent("handover", "D", "hand its work over as a branch of yours", all_of(needs_worktree, needs_ended)),
    _on_agent("hold", "H", "no automatic kill for some heartbeats", needs_running),
    Act("freeze", ("E",), "freeze every agent, or thaw them", Group.HEARTBEAT, "E", "", needs_writable, writes=True),
    Act("refresh", ("R",), "look at the disk again now", Group.ROOM, "R"),
    Act("palette", ("colon", "ctrl+p"), "find any act by name", Group.ROOM, ": ctrl-p", palette=False),
    Act("help", ("question_mark",), "the keys, the glyphs, the rules", Group.ROOM, "?", "help"),
    Act("theme", ("ctrl+t",), "next theme", Group.ROOM, "ctrl-t"),
    Act("quit", ("q",), "leave the control room; agents go on", Group.ROOM, "q", "quit"),
)
BY_NAME: dict[str, Act] = {act.name: act for act in ACTS}
