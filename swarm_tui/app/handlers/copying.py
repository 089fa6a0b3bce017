"""`y`: a menu of what can be copied of the marked agents, or of the one under the cursor. Texts are copied whole."""

from collections.abc import Callable
from typing import NamedTuple

from swarm.errors import SwarmError
from swarm.model.snapshot import AgentView
from swarm.programs.registry import new_reader_for
from swarm.sanitize import clean
from swarm_tui.app.capabilities import program_of
from swarm_tui.app.screens.engine_calls import ActingScreen
from swarm_tui.workers.session_command import session_command
from swarm_tui.workers.whole_texts import WHOLE, whole_text
from widgets.agent_words import SUBAGENT_MARK
from widgets.cells import clock_text
from widgets.detail_head import TABS, Tab
from widgets.key_menu import KeyMenu, KeyRow


class Copied(NamedTuple):
    """A row of the menu and what it copies. text: may look at the disk, in a thread; raises SwarmError."""

    row: KeyRow
    text: Callable[[], str]


def copy(room: ActingScreen) -> None:
    """Opens the menu for the agents in question."""
    views = room.where().targets
    choices = {each.row.key: each for each in _choices(room, views)}

    def picked(key: str | None) -> None:
        if key is not None:
            chosen = choices[key]
            room.perform(f"copy {chosen.row.title}", chosen.text, lambda text: _copied(room, chosen.row.title, text))

    what = clean(views[0].id) if len(views) == 1 else f"{len(views)} marked agents"
    rows = tuple(each.row for each in choices.values())
    room.app.push_screen(KeyMenu(f"Copy of {what}", rows, "its key copies it; esc leaves"), picked)


def _copied(room: ActingScreen, title: str, text: str) -> None:
    if text.strip():
        room.host.copy(text, title)
    else:
        room.say(f"{title}: there is nothing to copy yet", severity="warning")


def _choices(room: ActingScreen, views: tuple[AgentView, ...]) -> list[Copied]:
    ids = [view.id for view in views]
    many = "s" if len(views) > 1 else ""
    verdicts = [room.words_for(view) for view in views]
    paths = [_path(room, view) for view in views]
    trees = [view.record.worktree.path for view in views if view.record is not None and view.record.worktree]
    return [
        _lines("i", f"the id{many}", ids),
        _lines("v", f"the verdict{many}", verdicts),
        _lines("a", "its open alerts" if not many else "their open alerts", _alerts(room, ids), "no alert is open"),
        _open_tab(room, views),
        _lines("p", f"the path{many}", paths, "it has no directory of its own"),
        _lines("w", f"the path{many} of the worktree{many}", trees, "it works in no worktree"),
        _session(room, views),
        *(_whole(room, views, tab, str(number)) for number, tab in enumerate(TABS, 1) if tab in WHOLE),
    ]


def _lines(key: str, title: str, lines: list[str], absent: str = "") -> Copied:
    text = "\n".join(line for line in lines if line)
    more = f"  (+{len(lines) - 1} more)" if len(lines) > 1 else ""
    row = KeyRow(key, title, f"{lines[0]}{more}" if text else "", "" if text else absent)
    return Copied(row, lambda: text)


def _alerts(room: ActingScreen, ids: list[str]) -> list[str]:
    return [
        f"{clock_text(alert.last_at)} {alert.cause} {alert.agent}: {alert.text}"
        for alert in room.snapshot.alerts
        if alert.agent in ids and alert.acked_at is None
    ]


def _path(room: ActingScreen, view: AgentView) -> str:
    if view.stray is not None:
        return view.stray.cwd
    return str(room.swarm.agent_dir(view.id.partition(SUBAGENT_MARK)[0]).path)


def _open_tab(room: ActingScreen, views: tuple[AgentView, ...]) -> Copied:
    """What the detail shows, in lines as long as they are; of the agents in question, and whole where that is there."""
    tab, shown = room.detail.tab, room.detail.view
    if tab in WHOLE:
        return _whole(room, views, tab, "y", "the open tab: ")
    text = room.detail.active_pane.text
    alone = len(views) == 1 and shown is not None and shown.ref == views[0].ref
    refused = "" if alone else f"{tab.value} is copied of one agent, while its detail shows it"
    return Copied(KeyRow("y", f"the open tab: {tab.value}", "as it is shown", refused), lambda: text)


def _whole(room: ActingScreen, views: tuple[AgentView, ...], tab: Tab, key: str, before: str = "") -> Copied:
    swarm = room.swarm

    def text_of(view: AgentView) -> str:
        program = program_of(view, swarm.home.policy)
        reader = new_reader_for(program.name, swarm.home.policy) if program is not None else None
        return whole_text(swarm.agent_dir(view.id), tab, reader)

    def text() -> str:
        if len(views) == 1:
            return text_of(views[0])
        return "\n\n".join(f"== {view.id} ==\n{said}" for view in views if (said := text_of(view)))

    inner = next((view.id for view in views if SUBAGENT_MARK in view.id), "")
    owner = inner.partition(SUBAGENT_MARK)[0]
    return Copied(KeyRow(key, f"{before}{tab.value}", "whole", f"it runs inside {owner}" if inner else ""), text)


def _session(room: ActingScreen, views: tuple[AgentView, ...]) -> Copied:
    swarm = room.swarm
    programs = {view.id: program_of(view, swarm.home.policy) for view in views}

    def text() -> str:
        """A command a line; where one agent of several has none, the line says so as a comment."""
        lines = []
        for view in views:
            try:
                lines.append(session_command(swarm, view, programs[view.id]))
            except SwarmError as error:
                if len(views) == 1:
                    raise
                lines.append(f"# {error.title}")
        return "\n".join(lines)

    able = any(program is not None and program.has_sessions for program in programs.values())
    refused = "" if able else "its program has no sessions that a person could go on with"
    return Copied(KeyRow("s", "the command that opens its session", "attach, or the program's own", refused), text)


HANDLERS = {"copy": copy}
