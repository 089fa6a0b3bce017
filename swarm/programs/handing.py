"""Commands by which an agent hands work to something that outlives it, as its tool calls show them."""

import re
from functools import cache

_BEGIN = (
    r"(?:^|[;&|(`\n]|\$\(|\b(?:sudo|nohup|exec|env|time|then|do|else)(?:\s+-\S+(?:\s+\w\S*)?)*\s)"
    r"\s*(?:\w+=\S*\s+)*(?:[\w./~-]*/)?"
)
"""Where a command's name may stand: at the start, after an operator or a word that takes a command, with its path."""
_TIME = r"(?:now|noon|midnight|teatime|today|tomorrow|next|mon|tue|wed|thu|fri|sat|sun|\d)"
"""How a time begins that `at` takes."""
_HANDING = (
    ("at jobs", rf"at\s+(?:-\S+\s+(?:[^-\s]\S*\s+)?)*{_TIME}|batch\s*(?:<|$)"),
    ("cron entries", r"crontab\s+(?!-l\b)"),
    ("systemd units", r"systemd-run\b|systemctl\s+(?:--user\s+)?(?:start|enable)\b"),
    ("launchd jobs", r"launchctl\s+(?:load|submit|bootstrap|kickstart)\b"),
    ("containers", r"(?:docker|podman|nerdctl)\s+(?:container\s+)?(?:run|start|compose|create)\b|docker-compose\s"),
    ("terminals of tmux", r"tmux\s+(?:-\S+\s+\S+\s+)*(?:new|neww|new-session|new-window|split-window|respawn\S*)\b"),
    ("terminals of screen", r"screen\s+(?:\S+\s+)*-[a-zA-Z]*[dD]"),
    ("sessions of its program's daemon", r"claude\s+(?:\S+\s+)*(?:--bg|--background)\b"),
    ("sessions of its program's daemon", r"codex\s+(?:queue|app-server\s+daemon)\b"),
    ("processes on other machines", r"(?:ssh|kubectl\s+(?:run|apply|create))\s"),
)
TERMINALS = frozenset({"terminals of tmux", "terminals of screen"})
"""What has a terminal of its own: so a process on one may be the agent's."""


def handed(command: str) -> tuple[str, ...]:
    """What a shell command may leave behind with others, in words; nothing for nearly all."""
    return tuple(what for what, pattern in _patterns() if pattern.search(command))


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Compiled for the first command, which most calls of the command line never see."""
    return tuple((what, re.compile(_BEGIN + f"(?:{command})")) for what, command in _HANDING)
