"""The text of a new config.toml: every setting with its default, as a comment, made from the tables themselves."""

import json
from textwrap import fill

from swarm_tui.settings.keys import word_for
from swarm_tui.settings.values import Known, Settings

_HEAD = """\
# The settings of your control rooms, whatever swarm they show. A control room reads them when it opens.
# What is behind a # alone is a default: remove the # and change it. To look at what you wrote: swarm-tui config check
#
# What you change with keys while a room is open (theme, order) is kept elsewhere, and holds until you write something
# else here. Options (--theme, --ascii) and TEXTUAL_THEME win over both, for the room that is opened with them.
"""
COLUMNS_GIVE_WAY = "On a narrow terminal the least important ones give way."
_NOTIFY = """
[notify]
# The terminal's bell: once for each new alert, and when one more agent needs you.
# bell = {bell}
# The same as a notification of your desktop, where your terminal shows them: "osc9" or "osc777".
# desktop = {desktop}
# The mildest words that a toast is shown for: "information", or "warning", without what went as you asked.
# toasts = {toasts}
# For how long.
# seconds = {seconds:g}
# Away from the terminal: whom your control rooms, `run` and `heartbeat` tell of alerts, in every swarm. The address
# (of apprise: ntfy, Slack, Telegram, mail and others) stands in a variable (env) or in a file of mode 0600 (file), like
# targets={{phone={{file="~/.config/swarm-tui/phone.url", severity="danger"}}}}; to try it: swarm-tui notify --test
# targets = {{}}
# Hours in which only danger is told ("22:00-07:00"), or not even that; the rest comes after them.
# quiet = ""
# quiet_danger = true
# A warning that stands for so many seconds counts as danger; what stands is told again after so many, then twice that.
# rises = {rises:g}
# again = {again:g}
# More alerts at once come in one message; seconds between two of them, and after which a target has failed.
# digest = {digest}
# every = {every:g}
# timeout = {timeout:g}
"""
_KEYS = """
# By the name of an act, the key or the keys that do it: "x", "ctrl-d", "f5", ["j", "down"]; [] takes its keys away.
# A key that stands for two acts is an error. Help, strip and palette show the keys that hold.
[keys]
"""


def template(known: Known) -> str:
    """Returns the text of a config.toml that changes nothing."""
    usual = Settings()
    ours = {
        "theme": (f"The theme: {', '.join(known.themes)}. auto is light or dark as your terminal is.", usual.theme),
        "ascii": ("Only signs of ASCII, also where the terminal has others.", usual.ascii),
        "sort": (f"The order of the list: {', '.join(known.orders)}.", usual.sort),
        "reverse": ("That order from its other end.", usual.reverse),
        "columns": (f"The columns of the list from left to right. {COLUMNS_GIVE_WAY}", known.columns),
    }
    notify = _NOTIFY.format(
        bell=_toml(usual.notify.bell),
        desktop=_toml(usual.notify.desktop),
        toasts=_toml(usual.notify.toasts),
        seconds=usual.notify.seconds,
        rises=usual.notify.rises,
        again=usual.notify.again,
        digest=usual.notify.digest,
        every=usual.notify.every,
        timeout=usual.notify.timeout,
    )
    parts = [_HEAD, *(_setting(words, name, value) for name, (words, value) in ours.items()), notify, _KEYS]
    width = max(len(name) for name in known.acts)
    for name, act in known.acts.items():
        keys = [word_for(key) for key in act.keys]
        value = _toml(keys[0] if len(keys) == 1 else keys)
        parts.append(f"# {name:<{width}} = {value:<24} # {act.title}\n")
    return "".join(parts)


def _setting(words: str, name: str, value: object) -> str:
    return f"\n{fill(words, 116, initial_indent='# ', subsequent_indent='# ')}\n# {name} = {_toml(value)}\n"


def _toml(value: object) -> str:
    """A value that TOML writes as JSON does: text, truth, a list of texts."""
    return json.dumps(value, ensure_ascii=False)
