"""Boxes hold, whoever is inside: also root, whose rights would undo them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from swarm.programs import preflight, sandbox

BWRAP = shutil.which("bwrap") or ""
pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or not preflight.sandbox(os.environ).ok, reason="no sandbox works here"
)


def run(*words: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60, cwd=cwd)


def boxed(home: Path, command: str) -> "subprocess.CompletedProcess[str]":
    return run(*sandbox.boxed(BWRAP, ("/bin/sh", "-c", command), home, os.environ))


def test_a_check_reads_the_home_and_says_what_it_found(tmp_path: Path) -> None:
    (tmp_path / "page").write_text("there")
    assert boxed(tmp_path, "test -s page && cat page").stdout == "there"
    assert boxed(tmp_path, "exit 7").returncode == 7
    assert boxed(tmp_path, "pwd").stdout.strip() == str(tmp_path)


@pytest.mark.parametrize(
    "attempt",
    [
        "echo x > made",
        "mount -o remount,rw /; mount -o remount,bind,rw /; echo x > made",
        "mount -o remount,bind,rw $PWD; echo x > made",
        "umount $PWD; echo x > made",
        "unshare -Urm sh -c 'mount -o remount,bind,rw /; mount -o remount,bind,rw $PWD; echo x > made'",
        "mkdir /dev/shm/m && mount --bind / /dev/shm/m; echo x > /dev/shm/m$PWD/made",
        "bwrap --bind / / sh -c 'echo x > made'",
        "nsenter -t 1 -m sh -c 'echo x > made'",
        "chroot /proc/1/root sh -c 'echo x > made'",
    ],
)
def test_nothing_that_it_tries_writes_a_file(tmp_path: Path, attempt: str) -> None:
    boxed(tmp_path, f"{attempt}; true")
    assert list(tmp_path.iterdir()) == []


def test_it_has_a_scratch_directory_that_nobody_sees_afterwards(tmp_path: Path) -> None:
    assert boxed(tmp_path, "f=$(mktemp) && echo x > $f && cat $f").stdout == "x\n"
    assert list(tmp_path.iterdir()) == []


def test_the_kernel_is_not_set_up_from_inside(tmp_path: Path) -> None:
    """What is written is what stands there already."""
    said = boxed(tmp_path, "f=/proc/sys/kernel/printk_ratelimit; v=$(cat $f); echo $v > $f && echo written")
    assert "written" not in said.stdout


def test_processes_outside_are_out_of_reach(tmp_path: Path) -> None:
    assert boxed(tmp_path, f"kill -0 {os.getpid()} && echo reached").stdout == ""


@pytest.mark.skipif(not sandbox.root_on_linux(), reason="others have no rights that undo it")
def test_root_without_the_shim_could_undo_it(tmp_path: Path) -> None:
    """The shim is there for a reason: should bubblewrap ever hold root by itself, it may go."""
    words = ("--ro-bind", "/", "/", "--", "/bin/sh", "-c", f"mount -o remount,bind,rw / && echo x > {tmp_path}/made")
    run(BWRAP, *words)
    assert (tmp_path / "made").exists()
    (tmp_path / "made").unlink()
    shim = tmp_path / "bwrap"
    shim.write_text(sandbox.shim(BWRAP))
    shim.chmod(0o700)
    run(str(shim), *words)
    assert not (tmp_path / "made").exists()


def test_a_shim_that_cannot_tell_where_the_command_begins_runs_nothing(tmp_path: Path) -> None:
    shim = tmp_path / "shim"
    shim.write_text(sandbox.shim("/bin/echo"))
    shim.chmod(0o700)
    refused = run(str(shim), "--ro-bind", "/", "/", "true")
    assert (refused.returncode, refused.stdout) == (1, "")
    said = run(str(shim), "--setenv", "A", "b  c", "--", "sh", "-c", "x -- y").stdout
    assert said.startswith("--cap-drop ALL --cap-add CAP_SETFCAP --setenv A b  c --ro-bind /proc/sys /proc/sys")
    assert said.endswith(" -- sh -c x -- y\n")
