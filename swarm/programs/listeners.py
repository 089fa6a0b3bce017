"""Where programs of the user listen that run what they are asked to, outside of any sandbox."""

import os
from collections.abc import Mapping
from pathlib import Path

SYSTEMS = ("/run/docker.sock", "/run/podman", "/run/containerd", "/run/dbus", "/run/systemd/private", "/run/screen")
TEMPORARY = ("tmux-{user}", "cc-daemon-{user}", "cc-socks-{user}", "cc-socks")
"""Below a directory for temporary files: of terminals, and of sessions of Claude Code."""


def listening_places(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Directories and sockets that are there now and through which others are asked to run something, links followed.

    environment: the agent's. Such a place is closed to an agent whose sandbox leaves it local sockets.
    """
    user, home = os.getuid(), environment.get("HOME", "/")
    temporary = {environment.get("TMUX_TMPDIR", ""), environment.get("TMPDIR", ""), "/tmp"} - {""}  # noqa: S108
    places = [
        *SYSTEMS,
        environment.get("XDG_RUNTIME_DIR", ""),
        f"/run/user/{user}",
        *(os.path.join(place, name.format(user=user)) for place in sorted(temporary) for name in TEMPORARY),
        os.path.join(environment.get("CLAUDE_CONFIG_DIR") or os.path.join(home, ".claude"), "daemon"),
        os.path.join(environment.get("CODEX_HOME") or os.path.join(home, ".codex"), "app-server-control"),
    ]
    real = (os.path.realpath(place) for place in places if os.path.isabs(place))
    return tuple(Path(place) for place in dict.fromkeys(real) if os.path.exists(place))
