"""The port to the kernel: the same functions on processes for Linux and macOS. The keeper has its own."""

import sys

if sys.platform == "darwin":
    from swarm.platform.darwin import (
        HAS_SUBREAPER,
        boot_id,
        children,
        command,
        directory,
        environ,
        has_terminal,
        open_directories,
        parent,
        pid_namespace,
        pids,
        signal,
        started_at,
        stat,
        state,
        wait_gone,
        writers,
    )
else:
    from swarm.platform.linux import (
        HAS_SUBREAPER,
        boot_id,
        children,
        command,
        directory,
        environ,
        has_terminal,
        open_directories,
        parent,
        pid_namespace,
        pids,
        signal,
        started_at,
        stat,
        state,
        wait_gone,
        writers,
    )

__all__ = [
    "HAS_SUBREAPER",
    "boot_id",
    "children",
    "command",
    "directory",
    "environ",
    "has_terminal",
    "open_directories",
    "parent",
    "pid_namespace",
    "pids",
    "signal",
    "started_at",
    "stat",
    "state",
    "wait_gone",
    "writers",
]
