"""Opens a control room: on which home, for whom, with which settings, on what kind of terminal."""

import os
import sys
from contextlib import suppress

from swarm.api import Swarm
from swarm.home.actor import within
from swarm.protocol.paths import Layout
from swarm_tui.app.app import SwarmApp
from swarm_tui.app.farewell import farewell
from swarm_tui.app.own_settings import OwnSettings
from swarm_tui.settings.values import AUTO
from swarm_tui.terminal.background import Question, light_by_environment

SWITCH_SECONDS = 0.0005


def run(home: Layout, question: Question, *, read_only: bool = False, theme: str = "", ascii_only: bool = False) -> int:
    """Opens the control room on a home; returns the exit status.

    question: what its terminal was asked. theme, ascii_only: for this room, over all settings.
    """
    # The watch gives the interpreter up at every look at a file, and waits this long to have it back from the screen.
    sys.setswitchinterval(SWITCH_SECONDS)
    who = within(home, os.environ)
    read_only = read_only or who.is_agent  # an agent that opens a control room looks on: its keys are no operator's
    swarm = Swarm.open(home, actor=who, read_only=read_only)
    own = OwnSettings() if who.is_agent else OwnSettings.of_operator(theme=theme, ascii_only=ascii_only, env=os.environ)
    app = SwarmApp(swarm, beats=not read_only, own=own)
    fit_terminal(app, question)
    status = app.run() or 0
    if app.heartbeat_thread is not None and app.heartbeat_thread.gave_back:
        with suppress(OSError):  # the terminal hung up
            sys.stderr.write(f"{farewell(app.room.snapshot)}\n")
    return status


def fit_terminal(app: SwarmApp, question: Question) -> None:
    """Takes what the terminal says of its background, where the theme is to fit it; called before the app runs."""
    answer, fits = question.answer(), app.own.settings.theme == AUTO
    if fits:
        light = answer.light if answer.light is not None else light_by_environment(os.environ)
        app.own.light = bool(light)
    if not answer.complete:
        from swarm_tui.terminal import late_answers

        late_answers.hear(app.hear_light if fits else lambda _: None)
