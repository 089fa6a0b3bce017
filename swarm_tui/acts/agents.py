"""Acts on agents. Each captures its targets (id, spawn id) when the key is pressed, and asks before it ends one."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace

from swarm.errors import SwarmError
from swarm.model import AgentSpec, AgentView, ResultsState
from swarm.requests import KillPreview, KillReport, ReadReport, SpawnCheck, Spawned, SpawnRequest
from swarm.untrusted import clean
from swarm_tui.screens.acting import ActingScreen
from swarm_tui.screens.make_room import MakeRoom
from swarm_tui.screens.prompt import Prompt
from swarm_tui.screens.spawn_form import SpawnForm
from widgets.confirm import Target

HOLD_BEATS = 2


# -- spawn -------------------------------------------------------------------------------------------------------------


def spawn(room: ActingScreen) -> None:
    _open_form(room, None)


def spawn_like(room: ActingScreen) -> None:
    view = room.where().agent
    if view is not None:
        _open_form(room, view.spec)


def _open_form(room: ActingScreen, like: AgentSpec | None) -> None:
    roles = []
    for name, role in sorted(room.swarm.roles().items()):
        if not isinstance(role, SwarmError) and name != "genesis":
            roles.append((name, name))
    if not roles:
        room.say("No role file of this home is usable: swarm-tui roles says why.", severity="error")
        return
    parents, chosen = _parents(room, like)

    def filled(answer: tuple[SpawnRequest, SpawnCheck] | None) -> None:
        if answer is None:
            return
        request, check = answer
        if check.objections and not request.queue:
            _make_room(room, request, check)
        else:
            _spawn(room, request)

    room.app.push_screen(SpawnForm(roles, parents, chosen, room.swarm.check_spawn, like), filled)


def _parents(room: ActingScreen, like: AgentSpec | None) -> tuple[list[str], str]:
    root = room.snapshot.root
    live = [
        view.id
        for view in room.snapshot.agents
        if view.id != root and view.record is not None and view.record.live and view.budget > 1
    ]
    view = room.where().agent
    wanted = like.parent if like is not None else (view.id if view is not None else root)
    return [root, *live], wanted if wanted in live else root


def _spawn(room: ActingScreen, request: SpawnRequest) -> None:
    def done(spawned: Spawned) -> None:
        room.say(f"{clean(spawned.agent)} {'waits in the queue' if spawned.queued else 'is running'}")
        room.expect(spawned.agent)

    room.perform("spawn", lambda: room.swarm.spawn(request), done)


def _make_room(room: ActingScreen, request: SpawnRequest, check: SpawnCheck) -> None:
    def chosen(victims: tuple[str, ...] | None) -> None:
        if victims:
            _spawn(room, replace(request, kill_first=victims))

    room.app.push_screen(MakeRoom(check), chosen)


def respawn(room: ActingScreen) -> None:
    view = room.where().agent
    if view is None:
        return

    def answered(*, yes: bool) -> None:
        if yes:
            room.perform("respawn", lambda: room.swarm.respawn(view.id), lambda spawned: room.expect(spawned.agent))

    room.ask(
        f"Spawn {clean(view.id)} again?",
        answered,
        targets=(room.target_of(view),),
        notes=("Its old directory is kept beside it, and its brief says what was learned.",),
        yes="Spawn",
    )


# -- stop --------------------------------------------------------------------------------------------------------------


def stop(room: ActingScreen) -> None:
    _stop(room, None)


def stop_hard(room: ActingScreen) -> None:
    _stop(room, 0.0)


def _stop(room: ActingScreen, grace: float | None) -> None:
    views = room.where().targets
    ids = [view.id for view in views]
    lives = {view.id: view.spawn_id for view in views}

    def show(previews: list[KillPreview]) -> None:
        members = [Target(*member) for preview in previews for member in preview.members]
        below = tuple(member for member in members if member.agent not in lives)
        verb = "Kill without grace" if grace == 0 else "Stop"
        what = clean(ids[0]) if len(ids) == 1 else f"{len(ids)} agents"

        def answered(*, yes: bool) -> None:
            if yes:
                room.perform(
                    "stop",
                    lambda: room.swarm.kill(ids, reason="operator", grace=grace, spawn_ids=lives),
                    lambda report: _tell_kill(room, report),
                )

        room.ask(
            f"{verb} {what}?",
            answered,
            targets=tuple(member for member in members if member.agent in lives),
            subtree=below,
            yes="Kill" if grace == 0 else "Stop",
            danger=True,
        )

    room.perform("look at the subtree", lambda: room.swarm.preview_kill(ids), show)


def _tell_kill(room: ActingScreen, report: KillReport) -> None:
    unsure = [ended for ended in report.agents if not ended.gone]
    if not unsure:
        found = sum(len(ended.found) for ended in report.agents)
        room.say(f"{len(report.agents)} ended, {found} processes found and gone")
        return
    for ended in unsure:
        room.say(f"{clean(ended.agent)}: not verified gone: {clean(ended.unverified)}", severity="error")


# -- the others --------------------------------------------------------------------------------------------------------


def pause(room: ActingScreen) -> None:
    for view in room.where().targets:
        _pause(room, view)


def _pause(room: ActingScreen, view: AgentView) -> None:
    name = clean(view.id)
    if view.record is not None and view.record.paused is not None:
        room.perform(
            "resume",
            lambda: room.swarm.resume(view.id, spawn_id=view.spawn_id),
            lambda _: room.say(f"{name} goes on"),
        )
    else:
        room.perform(
            "pause",
            lambda: room.swarm.pause(view.id, spawn_id=view.spawn_id),
            lambda _: room.say(f"{name} stands still"),
        )


def message(room: ActingScreen) -> None:
    views = room.where().targets
    names = ", ".join(clean(view.id) for view in views)

    def answered(text: str | None) -> None:
        for view in views if text else ():
            _message(room, view, text or "")

    room.app.push_screen(Prompt(f"Message to {names}", hint="It reads its inbox.md at its next step."), answered)


def _message(room: ActingScreen, view: AgentView, text: str) -> None:
    room.perform(
        "message",
        lambda: room.swarm.message(view.id, text, spawn_id=view.spawn_id),
        lambda _: room.say(f"left for {clean(view.id)} in its inbox.md"),
    )


def hold(room: ActingScreen) -> None:
    views = room.where().targets
    held = [view for view in views if view.record is not None and view.record.held_until is not None]
    if held and len(held) == len(views):
        for view in held:
            _hold(room, view, 0, "")
        return
    names = ", ".join(clean(view.id) for view in views)

    def answered(why: str | None) -> None:
        for view in views if why is not None else ():
            _hold(room, view, HOLD_BEATS, why or "")

    room.app.push_screen(
        Prompt(f"Hold {names} for {HOLD_BEATS} heartbeats: why?", hint="No heartbeat ends it meanwhile."), answered
    )


def _hold(room: ActingScreen, view: AgentView, beats: int, why: str) -> None:
    words = f"{clean(view.id)} is held for {beats} heartbeats" if beats else f"{clean(view.id)} is held no longer"
    room.perform(
        "hold",
        lambda: room.swarm.hold(view.id, beats=beats, why=why, spawn_id=view.spawn_id),
        lambda _: room.say(words),
    )


def read(room: ActingScreen) -> None:
    for view in room.where().targets:
        if view.results.state is not ResultsState.ABSENT:
            _read(room, view.id)


def _read(room: ActingScreen, agent_id: str) -> None:
    room.perform("read", lambda: room.swarm.read(agent_id), lambda report: _tell_read(room, report))


def _tell_read(room: ActingScreen, report: ReadReport) -> None:
    again = "" if report.first else " (it was read before)"
    room.say(f"{clean(report.agent)}: {report.results.status}, read{again}")


def acknowledge(room: ActingScreen) -> None:
    chosen = room.alerts_in_question()
    room.perform(
        "acknowledge",
        lambda: room.swarm.acknowledge(chosen),
        lambda count: room.say(f"{count} alert{'s' if count != 1 else ''} acknowledged"),
    )


def attach(room: ActingScreen) -> None:
    """Follows the agent's output where a person can scroll it: a tmux window, or the terminal itself for a while."""
    view = room.where().agent
    if view is None:
        return
    root = str(room.swarm.home.layout.root)
    command = [sys.executable, "-m", "swarm_tui", "-C", root, "log", view.id, "-f"]
    if os.environ.get("TMUX") and shutil.which("tmux"):
        done = subprocess.run(["tmux", "new-window", "-n", view.name, *command], check=False, capture_output=True)
        room.say("opened a tmux window" if done.returncode == 0 else "tmux would not open a window")
        return
    room.host.suspend_for([*command], f"{clean(view.id)}: its output. ctrl-c brings the control room back.")


HANDLERS = {
    "spawn": spawn,
    "spawn_like": spawn_like,
    "stop": stop,
    "stop_hard": stop_hard,
    "respawn": respawn,
    "pause": pause,
    "message": message,
    "attach": attach,
    "read": read,
    "acknowledge": acknowledge,
    "hold": hold,
}
