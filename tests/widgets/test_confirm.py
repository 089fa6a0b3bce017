"""Questions before acts."""

import pytest
from textual import events
from textual.widgets import Input

from tests.support.hostile import HOSTILE, forbidden
from tests.support.widget_app import WidgetApp, screen_lines, screen_text
from widgets.answer import Answer
from widgets.confirm import AgentTarget, Confirm, Question, TypedConfirm

STOP = Question(
    "Stop idea-a?",
    (AgentTarget("genesis-01/idea-a", "s1", "overdue", 2520.0),),
    (AgentTarget("genesis-01/idea-a/worker-1", "s2", "fresh", 60.0),),
    ("Its slots become free.",),
    yes="Stop",
    danger=True,
)


class Asked:
    """What a dialog answered; `...` while it has not."""

    def __init__(self) -> None:
        self.answers: list[object] = []

    def __call__(self, answer: object) -> None:
        self.answers.append(answer)


async def asked(app: WidgetApp, screen: Confirm | TypedConfirm) -> Asked:
    heard = Asked()
    await app.push_screen(screen, heard)
    return heard


async def test_it_names_the_target_the_subtree_the_age_and_what_follows() -> None:
    app = WidgetApp()
    async with app.run_test(size=(90, 24), notifications=True) as pilot:
        await asked(app, Confirm(STOP))
        await pilot.pause()
        shown = screen_text(app)
        for words in (
            "Stop idea-a?",
            "genesis-01/idea-a  overdue  42m",
            "with 1 agent below:",
            "genesis-01/idea-a/worker-1  fresh  1m",
            "Its slots become free.",
        ):
            assert words in shown
        assert shown.index("Its slots become free.") < shown.index("overdue"), "what follows is read first"


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["y"], True),
        (["n"], False),
        (["q"], False),
        (["escape"], False),
        (["enter"], False),
        (["right", "enter"], True),
        (["right", "left", "enter"], False),
        (["tab", "enter"], True),
    ],
)
async def test_the_answer_is_no_unless_one_says_yes(keys: list[str], answer: bool) -> None:
    app = WidgetApp()
    async with app.run_test(size=(90, 24), notifications=True) as pilot:
        heard = await asked(app, Confirm(STOP))
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        assert heard.answers == [answer]


async def test_keys_that_mean_nothing_here_answer_nothing() -> None:
    app = WidgetApp()
    async with app.run_test(size=(90, 24), notifications=True) as pilot:
        heard = await asked(app, Confirm(STOP))
        await pilot.pause()
        await pilot.press("j", "k", "down", "x", "X", "space", "b", "B", "E", "ctrl+d")
        await pilot.pause()
        assert heard.answers == []


async def test_buttons_answer_to_the_mouse() -> None:
    for button, answer in (("#yes", True), ("#no", False)):
        app = WidgetApp()
        async with app.run_test(size=(90, 24), notifications=True) as pilot:
            heard = await asked(app, Confirm(STOP))
            await pilot.pause()
            await pilot.click(button)
            await pilot.pause()
            assert heard.answers == [answer]


async def test_pasted_text_answers_nothing() -> None:
    app = WidgetApp()
    async with app.run_test(size=(90, 24), notifications=True) as pilot:
        heard = await asked(app, Confirm(STOP))
        await pilot.pause()
        app.post_message(events.Paste("y\ny\n"))
        await pilot.pause()
        assert heard.answers == []


async def test_a_long_subtree_scrolls_and_leaves_the_buttons_in_sight() -> None:
    many = Question("Stop it?", subtree=tuple(AgentTarget(f"worker-{n}", "s", "fresh") for n in range(60)))
    app = WidgetApp()
    async with app.run_test(size=(60, 20), notifications=True) as pilot:
        heard = await asked(app, Confirm(many))
        await pilot.pause()
        assert "worker-59" not in screen_text(app)
        assert "No" in screen_text(app)
        for _ in range(10):
            await pilot.press("pagedown")
        await pilot.pause()
        assert "worker-59" in screen_text(app)
        assert heard.answers == []


async def test_a_grave_question_wants_a_word() -> None:
    app = WidgetApp()
    async with app.run_test(size=(90, 24), notifications=True) as pilot:
        heard = await asked(app, TypedConfirm(STOP, "freeze"))
        await pilot.pause()
        assert app.screen.query_one("#yes", Answer).disabled
        await pilot.press("y", "enter")
        assert heard.answers == []
        app.screen.query_one(Input).value = ""
        await pilot.press(*"freeze")
        await pilot.pause()
        assert not app.screen.query_one("#yes", Answer).disabled
        await pilot.press("enter")
        await pilot.pause()
        assert heard.answers == [True]


async def test_escape_leaves_a_grave_question_with_no() -> None:
    app = WidgetApp()
    async with app.run_test(size=(90, 24), notifications=True) as pilot:
        heard = await asked(app, TypedConfirm(STOP, "freeze"))
        await pilot.pause()
        await pilot.press(*"freez", "escape")
        await pilot.pause()
        assert heard.answers == [False]


async def test_hostile_names_are_drawn_as_text() -> None:
    texts = tuple(HOSTILE.values())
    question = Question(
        texts[8],
        tuple(AgentTarget(text, "s", text) for text in texts),
        tuple(AgentTarget(text, "s") for text in texts),
        texts,
    )
    app = WidgetApp()
    async with app.run_test(size=(90, 40), notifications=True) as pilot:
        await asked(app, Confirm(question))
        await pilot.pause()
        for _ in range(12):
            assert not forbidden("".join(screen_lines(app)))
            await pilot.press("pagedown")


@pytest.mark.parametrize("size", [(20, 5), (45, 12), (160, 50)])
async def test_a_dialog_fits_any_screen(size: tuple[int, int]) -> None:
    app = WidgetApp()
    async with app.run_test(size=size, notifications=True) as pilot:
        heard = await asked(app, Confirm(STOP))
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause()
        assert heard.answers == [True]
