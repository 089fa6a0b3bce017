"""Which tools Codex offers its agents. It takes no list of allowed ones, so that what is known to go too far is off."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from swarm.errors import SwarmError
from swarm.store import reader
from swarm.store.text import decode

FEATURES = (
    # Agents of its own: nobody would see them in the tree, and no budget would count them.
    *("multi_agent", "multi_agent_v2", "agent_message_board", "agent_message_board_mcp", "wake_on_agent_messages"),
    # What goes on by itself, sleeps in a turn, or asks somebody: nobody answers.
    *("goals", "sleep_tool", "default_mode_request_user_input", "send_message_to_user_async"),
    *("request_permissions_tool", "tool_suggest", "memories", "chronicle"),
    # What reaches the operator's account, browser, desktop and other sessions, or installs more of that.
    *(
        "apps",
        "plugins",
        "remote_plugin",
        "plugin_sharing",
        "skill_mcp_dependency_install",
        "external_agent_memory_import",
    ),
    *(
        "browser_use",
        "browser_use_external",
        "browser_use_full_cdp_access",
        "in_app_browser",
        "in_app_local_automation",
    ),
    *("computer_use", "image_generation", "daemon_auto_start"),
)
"""Features that are off, whatever the release or the operator's own settings say."""
SETTINGS: Mapping[str, object] = {
    "agents.enabled": False,  # models of newer releases bring agents of its own that no feature switches off
    "tools.experimental_request_user_input.enabled": False,
}
SERVER_PREFIX = "mcp__"
"""Before the name of an MCP server, in the names of its tools."""
MAX_CONFIG = 1 << 20


def switched_off(further: Iterable[str] = ()) -> dict[str, object]:
    """The settings that switch tools off. further: names of features that are not touched."""
    kept = frozenset(further)
    return {**SETTINGS, **{f"features.{name}": False for name in FEATURES if name not in kept}}


def servers_off(configs: Iterable[Path], ours: str, further: Iterable[str] = ()) -> dict[str, object]:
    """The setting that switches off MCP servers which these config files name, but for `ours`.

    further: `mcp__NAME` for each that stays. A file that cannot be read names none; the program says why it cannot.
    """
    kept = {ours, *(name.removeprefix(SERVER_PREFIX) for name in further if name.startswith(SERVER_PREFIX))}
    off: dict[str, object] = {}
    for path in configs:
        for name, server in _servers(path).items():
            if name not in kept and isinstance(server, Mapping):
                # Where the program does not go by that file, a server without a command or an address is an error.
                # Neither is handed on from there: addresses may hold keys, and everybody reads a command line.
                unused = {"url": "http://127.0.0.1:9/"} if "url" in server else {"command": "false"}
                off[name] = {**unused, "enabled": False}
    return {"mcp_servers": off} if off else {}


def project_configs(cwd: Path) -> list[Path]:
    """Where a project may have settings of its own: in the directory an agent works in, and above it."""
    return [place / ".codex" / "config.toml" for place in (cwd, *cwd.parents)]


def _servers(path: Path) -> Mapping[str, Any]:
    try:
        read = reader.read_head(path, MAX_CONFIG)
        found = tomllib.loads(decode(read.data)) if read is not None and not read.truncated else {}
    except (SwarmError, tomllib.TOMLDecodeError, RecursionError):
        return {}
    servers = found.get("mcp_servers")
    return servers if isinstance(servers, Mapping) else {}
