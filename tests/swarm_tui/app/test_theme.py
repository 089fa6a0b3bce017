"""The themes: every role readable, none told by colour alone, every theme loads."""

from itertools import combinations

import pytest
from rich.style import Style
from textual.color import Color
from textual.theme import Theme

from swarm.rules.verdicts import verdicts
from swarm_tui.app.theme import CONTRAST, DARK, LIGHT, SIXTEEN, THEMES, next_theme, theme_for, variable_defaults
from tests.support.swarms import NOW, POLICY, big_example
from tests.support.widget_app import WidgetApp
from widgets.agent_tree import AgentTree
from widgets.cells import ROLES, SLOT_ROLES
from widgets.painting import role_styles

TEXT = ("good", "notice", "muted", "danger", "quote", *(f"role-{role}" for role in SLOT_ROLES))


def colour(theme: Theme, name: str) -> Color:
    value = theme.variables.get(name) or getattr(theme, name)
    assert isinstance(value, str)
    return Color.parse(value)


def contrast(one: Color, other: Color) -> float:
    """The ratio of WCAG 2: 4.5 is readable text."""

    def luminance(shade: Color) -> float:
        parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in shade.normalized]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [DARK, LIGHT, CONTRAST], ids=lambda theme: theme.name)
def test_every_role_can_be_read_on_every_ground(theme: Theme) -> None:
    for name in (*TEXT, "warning", "accent"):
        for ground in ("surface", "panel", "cursor-line", "cursor-line-blurred"):
            assert contrast(colour(theme, name), colour(theme, ground)) >= 4.5, (name, ground)
    assert contrast(colour(theme, "found-foreground"), colour(theme, "found-background")) >= 7


def test_high_contrast_is_high() -> None:
    for name in (*TEXT, "warning", "accent"):
        assert contrast(colour(CONTRAST, name), colour(CONTRAST, "background")) >= 7


def test_sixteen_colours_are_the_terminals_own() -> None:
    for name, value in SIXTEEN.variables.items():
        assert value.startswith("ansi_") or name.endswith("text-style")


def test_themes_set_the_same_variables() -> None:
    ours = set(DARK.variables)
    assert set(LIGHT.variables) == set(CONTRAST.variables) == ours
    assert ours <= set(SIXTEEN.variables)
    assert {f"role-{role}" for role in SLOT_ROLES} <= ours


def test_the_key_goes_round_through_all_themes() -> None:
    name, seen = "textual-dark", []
    for _ in THEMES:
        name = next_theme(name)
        seen.append(name)
    assert seen == [theme.name for theme in THEMES]
    assert next_theme(name) == seen[0]


def test_the_first_theme_suits_the_terminal() -> None:
    assert theme_for(colours=16) == "swarm-16"
    assert theme_for(colours=256) == "swarm-dark"
    assert theme_for(colours=1 << 24) == "swarm-dark"


def test_textuals_own_themes_get_our_variables() -> None:
    app = WidgetApp()
    for theme in app.available_themes.values():
        assert set(variable_defaults(theme)) >= set(DARK.variables)


@pytest.mark.parametrize(
    "name", ["swarm-dark", "swarm-light", "swarm-contrast", "swarm-16", "textual-dark", "ansi-light"]
)
async def test_a_theme_reaches_every_row(name: str) -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    snapshot = big_example()
    async with app.run_test(size=(120, 24), notifications=True) as pilot:
        tree.update_snapshot(snapshot, verdicts(snapshot, POLICY, NOW), NOW)
        tree.focus()
        await pilot.pause()
        app.theme = name
        await pilot.pause()
        styles = role_styles(app)
        assert all(style.color is not None for role, style in styles.items() if role != "strong")
        assert set(styles) >= set(ROLES)
        strips = [tree.render_line(line) for line in range(tree.size.height)]
        strip = next(each for each in strips if any(segment.text == "▲" for segment in each))
        assert any(
            segment.text == "▲" and segment.style is not None and segment.style.color == styles["warning"].color
            for segment in strip
        )
        assert strip_ground(strip) == tree.rich_style.bgcolor


def strip_ground(strip: object) -> object:
    (segment, *_rest) = list(strip)  # type: ignore[call-overload]  # a Strip is iterable
    assert isinstance(segment.style, Style)
    return segment.style.bgcolor


@pytest.mark.parametrize("theme", [DARK, LIGHT, CONTRAST], ids=lambda theme: theme.name)
def test_states_that_matter_have_colours_of_their_own(theme: Theme) -> None:
    shades = [colour(theme, name) for name in ("good", "notice", "warning", "danger")]
    assert all(one != other for one, other in combinations(shades, 2))
