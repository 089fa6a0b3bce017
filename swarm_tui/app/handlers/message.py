"""Sends messages to an agent, attaches to its session, follows its output."""

import os
import shutil
import subprocess
import sys

from swarm.model.requests import Messaged
from swarm.model.snapshot import Access, AgentView
from swarm.sanitize import clean
from swarm_tui.app.capabilities import Where, hears
from swarm_tui.app.handlers.each import Done, Left, named, to_each
from swarm_tui.app.screens.engine_calls import ActingScreen
from swarm_tui.app.screens.prompt import Prompt


def message(room: ActingScreen, where: Where) -> None:
    """Asks for the words and sends them."""
    _ask(room, where.targets)


def _ask(room: ActingScreen, views: tuple[AgentView, ...], text: str = "", hint: str = "") -> None:
    def answered(text: str | None) -> None:
        if text:
            _send(room, views, text)

    room.app.push_screen(Prompt(f"Message to {named(views)}", hint=hint or _way(room, views), value=text), answered)


def _way(room: ActingScreen, views: tuple[AgentView, ...]) -> str:
    policy = room.swarm.home.policy
    heard = sum(hears(view, policy) for view in views)
    if not heard:
        return "It reads its inbox.md at its next step."
    if heard < len(views):
        return f"{heard} of them hear it in their session, the others read it in their inbox.md."
    return "It goes into the running session, after the tool call under way; you are told when it got there."


def _send(room: ActingScreen, views: tuple[AgentView, ...], text: str) -> None:
    def done(sent: Done[Messaged]) -> None:
        for view, message in sent:
            room.deliveries.sent(message, view.spawn_id)
        room.did_for_good(f"a message to {named([view for view, _ in sent])}", "what is sent may be read already")
        if len(sent) == 1:
            _say_way(room, *sent[0])
        else:
            into = sum(message.sent for _, message in sent)
            room.say(f"sent to {len(sent)} agents: {into} into their session, {len(sent) - into} into their inbox.md")

    def refused(left: Left) -> None:
        # What was typed is not lost because its reader ended meanwhile.
        whom = tuple(view for view, _ in left)
        _ask(room, whom, text, f"It was not sent to {named(whom)}: {left[0][1].title}")

    to_each(
        room,
        "message",
        views,
        lambda view: room.swarm.message(view.id, text, spawn_id=view.spawn_id),
        done,
        refused=refused,
    )


def _say_way(room: ActingScreen, view: AgentView, message: Messaged) -> None:
    name = clean(view.id)
    if message.sent:
        room.say(f"{message.id} is sent into the session of {name}")
    else:
        why = f": {clean(message.waits)}" if message.waits else ""
        room.say(f"{message.id} waits in the inbox.md of {name}{why}")


def attach(room: ActingScreen, where: Where) -> None:
    """Attaches to the agent where its program allows it, else follows its output: in tmux, or in this terminal."""
    view = where.one
    if view is None:
        return
    if where.access is not Access.WRITABLE or view.foreign:
        _follow(room, view)
        return

    def decided(why_not: str) -> None:
        if why_not:
            _follow(room, view)
        else:
            _attach(room, view)

    room.perform("look whether it can be talked to", lambda: room.swarm.why_not_attach(view.id), decided, opens=True)


def _attach(room: ActingScreen, view: AgentView) -> None:
    where = "A tmux window opens for it." if _in_tmux() else "This control room makes room for it until you leave."

    def answered(*, yes: bool) -> None:
        if yes:
            # A window of tmux has the environment of tmux: what this one has must be kept before it opens.
            room.perform("keep its environment", lambda: room.swarm.keep_environment(view.id), lambda _: opened())

    def opened() -> None:
        words = f"{clean(view.id)}: leave its program as you would elsewhere, and it goes on by itself."
        _run_here(room, view, ["attach", view.id], words)

    room.ask(
        f"Talk to {clean(view.id)} in a terminal?",
        answered,
        targets=(room.target_of(view),),
        notes=("Its run by itself ends first; its session is taken up again when you leave.", where),
        yes="Talk",
    )


def _follow(room: ActingScreen, view: AgentView) -> None:
    words = f"{clean(view.id)}: its output. ctrl-c brings the control room back."
    _run_here(room, view, ["log", view.id, "-f"], words)


def _in_tmux() -> bool:
    return bool(os.environ.get("TMUX")) and shutil.which("tmux") is not None


KEEPS_OPEN = """ "$@"; s=$?; [ $s = 0 ] || [ $s = 130 ] || { printf '\\nenter closes this window '; read -r _; } """
"""Keeps the window open after an error, so that the operator can read it."""


def _run_here(room: ActingScreen, view: AgentView, verb: list[str], words: str) -> None:
    command = [sys.executable, "-m", "swarm_tui", "-C", str(room.swarm.home.layout.root), *verb]
    if _in_tmux():
        window = ["sh", "-c", KEEPS_OPEN, "sh", *command]
        done = subprocess.run(["tmux", "new-window", "-n", view.name, *window], check=False, capture_output=True)
        room.say("opened a tmux window" if done.returncode == 0 else "tmux would not open a window")
        return
    room.host.suspend_for(command, words)


ON_AGENTS = {"message": message, "attach": attach}
