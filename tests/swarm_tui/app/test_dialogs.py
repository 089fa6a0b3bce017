"""All dialogs, each in every theme, without colours and in ASCII: what has the focus looks chosen, and that is no."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rich.segment import Segment
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input
from textual.widgets._toast import Toast

from swarm.model.beat import ActionKind
from swarm.model.plan import Action
from swarm.model.requests import Rehearsal
from swarm.model.values import replace
from swarm_tui.app.actions import ACTS
from swarm_tui.app.app import SwarmApp
from swarm_tui.app.screens.dry_run import RehearsalScreen
from swarm_tui.app.screens.eviction import MakeRoom
from swarm_tui.app.screens.help import HelpScreen
from swarm_tui.app.screens.history import AuditScreen, DiffScreen, ListOver, SessionsScreen, TimelineScreen
from swarm_tui.app.screens.palette import PaletteScreen
from swarm_tui.app.screens.prompt import Prompt
from swarm_tui.app.screens.results_inbox import ResultsScreen
from swarm_tui.app.screens.spawn_fields import SpawnFields
from swarm_tui.app.screens.spawn_form import SpawnForm
from swarm_tui.app.theme import THEMES
from tests.support.canned import CannedSwarm, full_house
from tests.support.swarms import big_example
from tests.support.widget_app import screen_lines, screen_text
from widgets.answer import Answer
from widgets.charset import ASCII
from widgets.check_list import TickDialog
from widgets.confirm import AgentTarget, Confirm, Question, TypedConfirm, YesNo
from widgets.dialog import Dialog, Frame
from widgets.key_menu import KeyMenu, KeyRow
from widgets.over_the_room import OverTheRoom
from widgets.pick_one import Choice, PickOne

MANY = tuple(AgentTarget(f"genesis-01/idea-alpha/worker-{number}", "s", "fresh", 60.0) for number in range(30))
STOP = Question(
    "Stop genesis-01/idea-alpha?",
    MANY[:1],
    MANY[1:],
    ("Each gets 10s to end by itself, and is then killed; 30 slots come free.", "Directories and results stay."),
    yes="Stop",
    danger=True,
)
WHAT_FOLLOWS = "30 slots come free"


def rehearsal() -> Rehearsal:
    """A plan that does not fit a small screen."""
    canned = CannedSwarm().rehearse()
    more = tuple(Action(ActionKind.KILL, f"genesis-01/w-{n}", "s", "silent " * 40) for n in range(40))
    return replace(canned, plan=replace(canned.plan, actions=(*more, *canned.plan.actions)), refused="It is too early.")


def make_room() -> MakeRoom:
    check = full_house()
    return MakeRoom(replace(check, candidates=check.candidates * 20))


EXAMPLES: dict[type[ModalScreen[Any]], tuple[Callable[[], Dialog[Any]], str]] = {
    Confirm: (lambda: Confirm(STOP), WHAT_FOLLOWS),
    TypedConfirm: (lambda: TypedConfirm(STOP, "freeze"), WHAT_FOLLOWS),
    PickOne: (
        lambda: PickOne("Spawn it again: how?", (Choice("fresh", "begin anew"),), notes=("It is kept.",)),
        "kept",
    ),
    Prompt: (lambda: Prompt("Message to idea-alpha", hint="It reads it at its next step."), "its next step"),
    RehearsalScreen: (lambda: RehearsalScreen(rehearsal(), writable=True), "kill 41, investigate 1, collect 1"),
    MakeRoom: (make_room, "nobody is ended as it is"),
}
"""Every question, and what is to be seen of what will happen, however small the screen."""
LISTS: dict[type[ModalScreen[Any]], Callable[[], Dialog[Any]]] = {
    TimelineScreen: lambda: TimelineScreen(big_example()),
    AuditScreen: lambda: AuditScreen(()),
    SessionsScreen: lambda: SessionsScreen((), 0.0),
    DiffScreen: lambda: DiffScreen("what it changed", "+a", cut=False),
    KeyMenu: lambda: KeyMenu("Copy of a", (KeyRow("i", "id", "genesis-01/a"),), "its key copies it"),
    ResultsScreen: lambda: ResultsScreen(
        (), "genesis-01", 0.0, table=ACTS, acts={}, reload=lambda: None, undo=lambda: None
    ),
}
"""What only shows something over the room: a list, or a text, has the keys, and there is nothing to answer."""
ELSEWHERE = {SpawnForm, HelpScreen, PaletteScreen}
"""The form has tests of its own; the help is a page, and the palette a line to write in."""
BASES = {OverTheRoom, Dialog, TickDialog, YesNo, ListOver, SpawnFields}
UNLIKE = ("swarm-dark", "no-color", "ascii")
"""In these every dialog is tried; the other themes differ from the first in their colours alone."""
DRAWN = [*(theme.name for theme in THEMES), "textual-dark", "ansi-light", "no-color", "ascii"]


def kinds(base: type[ModalScreen[Any]]) -> Iterator[type[ModalScreen[Any]]]:
    """All classes below this one that are ours."""
    for kind in base.__subclasses__():
        yield from kinds(kind)
        if kind.__module__.startswith(("widgets.", "swarm_tui.app.")):
            yield kind


def test_every_screen_over_the_room_is_a_dialog_that_is_tried_here() -> None:
    assert set(kinds(ModalScreen)) == {*EXAMPLES, *LISTS, *BASES, *ELSEWHERE}


def room(monkeypatch: pytest.MonkeyPatch, drawn: str) -> SwarmApp:
    monkeypatch.delenv("NO_COLOR", raising=False)
    if drawn == "no-color":
        monkeypatch.setenv("NO_COLOR", "1")
    app = SwarmApp(CannedSwarm(), beats=False)
    if drawn == "ascii":
        app.charset = ASCII
    return app


def segments_of(app: SwarmApp, widget: Widget) -> list[Segment]:
    """What stands on the screen where a widget is, after all filters, as the terminal gets it."""
    region = widget.region
    strip = app.screen._compositor.render_strips()[region.y]
    filtered = list(strip.crop(region.x, region.right))
    for each in app.get_line_filters():
        filtered = each.apply(filtered, app.screen.background_colors[1])
    return filtered


def looks_chosen(app: SwarmApp, answer: Answer) -> bool:
    """Whether an answer is drawn in reverse, all of it, and its signs point at it."""
    segments = [segment for segment in segments_of(app, answer) if segment.text]
    text = "".join(segment.text for segment in segments)
    reverse = [segment.style is not None and segment.style.reverse is True for segment in segments]
    assert all(reverse) or not any(reverse), "it is drawn in one look"
    assert all(reverse) == (text[0] == ">" and text[-1] == "<"), text
    return all(reverse)


@pytest.mark.parametrize("drawn", DRAWN)
async def test_the_answer_with_the_focus_is_the_one_that_looks_chosen(
    monkeypatch: pytest.MonkeyPatch, drawn: str
) -> None:
    app = room(monkeypatch, drawn)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        if drawn in app.available_themes:
            app.theme = drawn
        assert app.no_color == (drawn == "no-color")
        for example, _ in list(EXAMPLES.values())[:: 1 if drawn in UNLIKE else 3]:
            dialog = example()
            await app.push_screen(dialog)
            await pilot.pause()
            answers = list(dialog.query(Answer))
            assert answers[0].id == "no"
            if dialog.query(Input):
                assert isinstance(app.focused, Input), "what is asked for is written first"
                assert not any(looks_chosen(app, answer) for answer in answers)
                await pilot.press("tab")
            assert app.focused is answers[0], "no has the focus"
            for _ in range(len(answers) + 1):
                assert [looks_chosen(app, answer) for answer in answers] == [answer.has_focus for answer in answers]
                await pilot.press("right")
                await pilot.pause()
            app.pop_screen()
            await pilot.pause()


@pytest.mark.parametrize("size", [(160, 45), (80, 24), (45, 20)], ids=str)
async def test_what_will_happen_is_seen_at_once_and_the_size_of_a_dialog_stays(
    monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    sizes: list[object] = []
    monkeypatch.setattr(Frame, "_on_resize", lambda _, event: sizes.append(event.size), raising=False)
    app = room(monkeypatch, "swarm-dark")
    async with app.run_test(size=size, notifications=True) as pilot:
        for example, follows in EXAMPLES.values():
            sizes.clear()
            dialog = example()
            await app.push_screen(dialog)
            await pilot.pause()
            frame = dialog.query_one(Frame).content_region
            inside = [line[frame.x : frame.right] for line in screen_lines(app)[frame.y : frame.bottom]]
            assert follows in " ".join(" ".join(inside).split()), screen_text(app)
            for answer in dialog.query(Answer):
                assert app.screen.region.contains_region(answer.region), "every answer is in sight"
            for key in () if dialog.query(Input) else ("down", "space", "down", "pagedown", "up"):
                await pilot.press(key)
            await pilot.pause()
            assert len(set(sizes)) == 1, f"{dialog} is as large as at first"
            app.pop_screen()
            await pilot.pause()


async def test_lists_over_the_room_have_the_keys_at_once_and_are_left_with_escape(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = room(monkeypatch, "swarm-dark")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        for example in LISTS.values():
            dialog = example()
            await app.push_screen(dialog)
            await pilot.pause()
            assert app.focused is not None
            assert app.focused.screen is dialog
            await pilot.press("escape")
            await pilot.pause()
            assert app.screen is app.room


async def test_a_dialog_is_as_large_after_the_terminal_was_resized(monkeypatch: pytest.MonkeyPatch) -> None:
    app = room(monkeypatch, "swarm-dark")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await app.push_screen(Confirm(STOP))
        await pilot.pause()
        before = screen_text(app)
        await pilot.resize_terminal(30, 9)
        await pilot.pause()
        assert "> No  n <" in screen_text(app)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert screen_text(app) == before


@pytest.mark.parametrize("size", [(160, 45), (80, 24), (45, 20)], ids=str)
async def test_no_toast_lies_on_what_a_dialog_says_nor_on_the_alerts_behind_it(
    monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    app = room(monkeypatch, "swarm-dark")
    long = "Not sent: " + "this says what happened and what to do about it. " * 6
    async with app.run_test(size=size, notifications=True) as pilot:
        examples = [*(each for each, _ in EXAMPLES.values()), *LISTS.values()]
        shown: list[OverTheRoom[Any]] = [*(example() for example in examples), PaletteScreen(app.room)]
        for dialog in shown:
            await app.push_screen(dialog)
            await pilot.pause()
            app.room.say("said it")
            app.room.say(long, severity="error")
            await pilot.pause()
            await pilot.pause()
            (box,) = dialog.query(dialog.BOX)
            inside = box.region.shrink((1, 1, 1, 1))
            drawn = dialog._compositor.visible_widgets.items()
            seen = [region.intersection(clip) for each, (region, clip) in drawn if isinstance(each, Toast)]
            assert seen, "the last one is on the screen"
            for region in seen:
                assert not region.overlaps(inside), (dialog, region, inside)
                assert not region.overlaps(app.room.alerts.region), dialog
            assert "Not sent" in screen_text(app)
            app.clear_notifications()
            app.pop_screen()
            await pilot.pause()
