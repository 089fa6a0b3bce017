"""Boxes for commands on Linux: what root must not keep in one, and one that reads everything and writes nothing."""

import os
import shlex
import sys
from collections.abc import Iterable, Mapping
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
    words = [*bubblewrap(place), "--new-session", *walls((home, *on_path(environment)))]
    return (*words, "--chdir", str(home), "--", *command)


def walls(shown: Iterable[Path | str]) -> tuple[str, ...]:
    """The words that close a box: it reads everything, writes into its own scratch directory, and sees no process.

    shown: what is to be read although it may lie below a place that is hidden.
    """
    words = ["--die-with-parent", "--unshare-pid", "--unshare-ipc"]
    words += ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    for hidden in HIDDEN:
        if os.path.isdir(hidden) and not os.path.islink(hidden):
            words += ["--tmpfs", hidden]
    wanted = {*SHOWN, *(spelt for each in shown for spelt in (os.path.realpath(each), os.fspath(each)))}
    again: list[str] = []
    # Outer ones first: what lies in one that is shown is there already, and could not be laid over it.
    for path in sorted(wanted):
        if is_hidden(path) and os.path.exists(path) and not any(path.startswith(outer + "/") for outer in again):
            again.append(path)
            words += ["--ro-bind", path, path]
    return (*words, "--setenv", "TMPDIR", SCRATCH)


def is_hidden(path: str) -> bool:
    """Whether a path lies below a place that a box hides."""
    return any(path.startswith(hidden + "/") for hidden in HIDDEN)


def on_path(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Directories of programs: what is called from a box may be installed below a place that it hides."""
    return tuple(path for path in environment.get("PATH", "").split(os.pathsep) if os.path.isabs(path))
