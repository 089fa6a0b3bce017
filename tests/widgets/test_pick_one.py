"""One of several things to do, asked for as answers."""

import pytest

from tests.support.hostile import HOSTILE, forbidden
from tests.support.widget_app import WidgetApp, screen_lines, screen_text
from widgets.pick_one import Choice, PickOne

CHOICES = (Choice("a", "go on with its session"), Choice("b", "begin anew"))


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["enter"], None),
        (["escape"], None),
        (["n"], None),
        (["down", "enter"], "a"),
        (["j", "j", "enter"], "b"),
        (["down", "up", "enter"], None),
        (["2"], "b"),
    ],
)
async def test_one_of_several_is_picked_and_to_leave_it_is_the_first_of_them(
    keys: list[str], answer: str | None
) -> None:
    answers: list[str | None] = []
    app = WidgetApp()
    async with app.run_test(size=(90, 24), notifications=True) as pilot:
        await app.push_screen(PickOne("Spawn it again: how?", CHOICES, notes=("It is kept.",)), answers.append)
        await pilot.pause()
        shown = screen_text(app)
        assert "> leave it  n <" in shown
        assert "[ begin anew  2 ]" in shown
        await pilot.press("9")
        await pilot.press(*keys)
        await pilot.pause()
        assert answers == [answer]


async def test_hostile_words_are_drawn_as_text_and_each_of_many_comes_into_sight() -> None:
    answers: list[str | None] = []
    app = WidgetApp()
    choices = tuple(Choice(str(number), text) for number, text in enumerate(HOSTILE.values()))
    async with app.run_test(size=(60, 12), notifications=True) as pilot:
        await app.push_screen(PickOne("How?", choices), answers.append)
        for _ in choices:
            await pilot.press("down")
            assert not forbidden("".join(screen_lines(app)))
        await pilot.pause()
        assert app.focused is not None
        await pilot.click(app.focused)
        await pilot.pause()
        assert answers == [choices[-1].key]
