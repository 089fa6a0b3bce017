"""Every colour of the control room, as theme variables: dark, light, the terminal's own 16, and high contrast."""

from typing import TypeVar

from textual.app import App
from textual.theme import Theme

T = TypeVar("T")
DARK = Theme(
    name="swarm-dark",
    primary="#5fafd7",
    secondary="#af87d7",
    accent="#5fd7ff",
    warning="#ffaf5f",
    error="#ff6b6b",
    success="#87d787",
    foreground="#d8dee4",
    background="#101418",
    surface="#14191f",
    panel="#1c232b",
    variables={
        "good": "#87d787",
        "notice": "#d7d75f",
        "danger": "#ff7878",
        "muted": "#98a2ae",
        "quote": "#b8c2cc",
        "found-foreground": "#101418",
        "found-background": "#ffd75f",
        "selected-background": "#2b66a3",
        "selected-foreground": "#ffffff",
        "cursor-line": "#1e3a4c",
        "cursor-line-blurred": "#222c36",
        "role-genesis": "#ffffff",
        "role-idea-meta": "#5fafff",
        "role-worker": "#87d787",
        "role-scout": "#d7af5f",
        "role-improvement": "#d787d7",
        "role-diagnostic": "#ff8787",
        "role-other": "#a0aab4",
    },
)
LIGHT = Theme(
    name="swarm-light",
    primary="#005f87",
    secondary="#5f3a94",
    accent="#005f9e",
    warning="#9c4a00",
    error="#b00020",
    success="#006b2d",
    foreground="#1c2126",
    background="#f6f7f8",
    surface="#ffffff",
    panel="#e8ebee",
    dark=False,
    variables={
        "good": "#006b2d",
        "notice": "#6e5a00",
        "danger": "#b00020",
        "muted": "#535c66",
        "quote": "#333b42",
        "found-foreground": "#1c2126",
        "found-background": "#ffd75f",
        "selected-background": "#005f9e",
        "selected-foreground": "#ffffff",
        "cursor-line": "#d2e8f5",
        "cursor-line-blurred": "#e2e9ee",
        "role-genesis": "#1c2126",
        "role-idea-meta": "#0050a0",
        "role-worker": "#006b2d",
        "role-scout": "#8a5a00",
        "role-improvement": "#86278a",
        "role-diagnostic": "#b00020",
        "role-other": "#5c6670",
    },
)
_SIXTEEN = {
    "good": "ansi_green",
    "notice": "ansi_yellow",
    "danger": "ansi_bright_red",
    "muted": "ansi_default",
    "quote": "ansi_default",
    "found-foreground": "ansi_black",
    "found-background": "ansi_yellow",
    "cursor-line": "ansi_white",
    "cursor-line-blurred": "ansi_default",
    "role-genesis": "ansi_default",
    "role-idea-meta": "ansi_bright_blue",
    "role-worker": "ansi_green",
    "role-scout": "ansi_yellow",
    "role-improvement": "ansi_magenta",
    "role-diagnostic": "ansi_red",
    "role-other": "ansi_cyan",
    "ansi-background": "ansi_black",
    "ansi-foreground": "ansi_white",
    "border-blurred": "ansi_default",
    "block-cursor-foreground": "ansi_black",
    "block-cursor-background": "ansi_white",
    "input-cursor-background": "ansi_white",
    "input-cursor-foreground": "ansi_black",
    "input-cursor-text-style": "none",
    "input-selection-background": "ansi_blue",
    "input-selection-foreground": "ansi_white",
    "selected-background": "ansi_default",
    "selected-foreground": "ansi_default",
}
SIXTEEN = Theme(
    name="swarm-16",
    ansi=True,
    primary="ansi_blue",
    secondary="ansi_cyan",
    warning="ansi_bright_yellow",
    error="ansi_bright_red",
    success="ansi_green",
    accent="ansi_bright_cyan",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables=_SIXTEEN,
)
CONTRAST = Theme(
    name="swarm-contrast",
    primary="#56b4e9",
    secondary="#cc79a7",
    accent="#7fe0c3",
    warning="#e69f00",
    error="#ff8c42",
    success="#56b4e9",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#141414",
    variables={
        # Okabe and Ito's palette: told apart with every common form of colour blindness; no pair is red against green.
        "good": "#56b4e9",
        "notice": "#f0e442",
        "danger": "#ff7f50",
        "muted": "#c0c0c0",
        "quote": "#ffffff",
        "found-foreground": "#000000",
        "found-background": "#f0e442",
        "selected-background": "#56b4e9",
        "selected-foreground": "#000000",
        "cursor-line": "#003355",
        "cursor-line-blurred": "#303030",
        "role-genesis": "#ffffff",
        "role-idea-meta": "#56b4e9",
        "role-worker": "#7fe0c3",
        "role-scout": "#f0e442",
        "role-improvement": "#e8a8cc",
        "role-diagnostic": "#ff7f50",
        "role-other": "#c0c0c0",
    },
)
THEMES: tuple[Theme, ...] = (DARK, LIGHT, CONTRAST, SIXTEEN)
"""In the order in which the theme key goes through them."""


def variable_defaults(theme: Theme) -> dict[str, str]:
    """Our variables under a theme that does not set them, one of Textual's own: what the app's
    `get_theme_variable_defaults` returns for its current theme."""
    return SIXTEEN.variables if theme.ansi else DARK.variables if theme.dark else LIGHT.variables


def register_themes(app: App[T]) -> None:
    """Make our themes known to an app, in its `__init__`: before its theme is set."""
    for theme in THEMES:
        app.register_theme(theme)


def next_theme(current: str) -> str:
    """The theme after this one."""
    names = [theme.name for theme in THEMES]
    return names[(names.index(current) + 1) % len(names)] if current in names else names[0]


def theme_for(*, colours: int, light: bool = False) -> str:
    """The theme to start with, on a terminal of so many colours. light: its background is."""
    return (SIXTEEN if colours <= 16 else LIGHT if light else DARK).name
