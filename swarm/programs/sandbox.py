"""Boxes for commands on Linux: what root must not keep in one, and one that reads everything and writes nothing."""

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

HIDDEN = ("/tmp", "/run", "/var/tmp")  # noqa: S108 nothing is put there
"""Where other programs listen: what is asked of them would be done outside of the box."""
SHOWN = ("/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager")
"""Where names are looked up."""
SCRATCH = "/dev/shm"  # noqa: S108 the box's own
SHIM = """\
#!/bin/sh
# bubblewrap for root. Root keeps its rights in it, and could undo what holds it: mount the disk anew for writing, or
# set the kernel up anew. So they are taken away; SETFCAP alone stays: no box inside of this one could be made without.
left=$#
done=
while [ "$left" -gt 0 ]; do
  word=$1
  shift
  left=$((left - 1))
  if [ -z "$done" ] && [ "$word" = "--" ]; then
    set -- "$@" --ro-bind /proc/sys /proc/sys
    if [ -e /proc/sysrq-trigger ]; then set -- "$@" --ro-bind /dev/null /proc/sysrq-trigger; fi
    done=yes
  fi
  set -- "$@" "$word"
done
if [ -z "$done" ]; then
  echo "bwrap: the command does not stand after --" >&2
  exit 1
fi
exec {bwrap} --cap-drop ALL --cap-add CAP_SETFCAP "$@"
"""


def root_on_linux() -> bool:
    """Whether bubblewrap would leave us rights that undo it."""
    return sys.platform.startswith("linux") and os.geteuid() == 0


def shim(bwrap: str) -> str:
    """A script that stands before bubblewrap at this path, where we are root."""
    return SHIM.replace("{bwrap}", shlex.quote(bwrap))


def bubblewrap(place: str) -> tuple[str, ...]:
    """The words that call bubblewrap at this path so that it holds for any user."""
    return ("/bin/sh", "-c", shim(place), "bwrap") if root_on_linux() else (place,)


def boxed(place: str, command: tuple[str, ...], home: Path, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The words that run `command` in the home, in a box. place: of bubblewrap.

    Its scratch directory is its own; processes outside are out of its reach. The network is there: checks ask servers.
    """
    words = [*bubblewrap(place), "--die-with-parent", "--new-session", "--unshare-pid", "--unshare-ipc"]
    words += ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    for hidden in HIDDEN:
        if os.path.isdir(hidden) and not os.path.islink(hidden):
            words += ["--tmpfs", hidden]
    for shown in (*SHOWN, os.path.realpath(home), str(home), *_on_path(environment)):
        if os.path.isdir(shown) and any(shown.startswith(hidden + "/") for hidden in HIDDEN):
            words += ["--ro-bind", shown, shown]
    return (*words, "--setenv", "TMPDIR", SCRATCH, "--chdir", str(home), "--", *command)


def _on_path(environment: Mapping[str, str]) -> tuple[str, ...]:
    """What a check calls may be installed below a place that is hidden."""
    return tuple(path for path in environment.get("PATH", "").split(os.pathsep) if os.path.isabs(path))
