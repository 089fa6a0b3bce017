"""The keeper's first moments: starts the program in a session of its own, and says whether it runs or why not."""

from __future__ import annotations

import os
import sys
import time

from swarm.keeper import pipes, procfs
from swarm.keeper.jsonfile import encode, keep_room, open_directory, write_atomic, write_with_room

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
else:
    import _signal as signal  # `signal` costs the keeper a megabyte of enums
SCHEMA = 1
MAX_LAUNCH = 16 << 20
PR_SET_CHILD_SUBREAPER = 36
HINTS = {
    2: "the file is there, but what its first line names is not",
    7: "the command line and the environment together are too long",
    8: "a script needs a first line like #!/bin/sh",
}


class FailedStart(Exception):
    """The program does not run. number: errno, or 0.

    stage: launch, channel, log, fork, cwd, stdin, program or record.
    """

    def __init__(self, stage: str, why: str, number: int | None = 0) -> None:
        super().__init__(why)
        self.stage = stage
        self.why = why
        self.number = number or 0


def detach() -> None:
    """Leaves the starter: becomes its own session, and closes all files of the starter beyond 0-2."""
    for name in os.listdir("/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"):
        if int(name) > 2:
            try:
                os.close(int(name))
            except OSError:
                continue  # the one that listed them
    if os.fork():
        os._exit(0)  # so that a control room which runs for weeks has no zombies to reap
    os.setsid()


def read_launch(directory: int, spawn_id: str) -> dict[str, object]:
    """launch.json, checked; raises FailedStart and OSError."""
    import json

    run = open_directory(".run", directory)
    try:
        launch = json.loads(procfs.read("launch.json", MAX_LAUNCH, run))
        try:
            kept = json.loads(procfs.read("kept.json", MAX_LAUNCH, run))
        except FileNotFoundError:
            kept = {}
    except ValueError as error:
        raise FailedStart("launch", f"launch.json is not JSON: {error}") from error
    finally:
        os.close(run)
    if not isinstance(launch, dict) or not spawn_id or launch.get("spawn_id") != spawn_id:
        raise FailedStart("launch", "launch.json is not for this spawn")
    if isinstance(kept, dict) and kept.get("spawn_id") == spawn_id:
        raise FailedStart("launch", "this spawn was started before")
    argv = launch.get("argv")
    if not isinstance(argv, list) or not argv or not all(isinstance(word, str) for word in argv):
        raise FailedStart("launch", "launch.json has no argv")
    return launch


def become_subreaper() -> bool:
    """Whatever the program's descendants do, they stay below us. Linux alone has that."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        import ctypes

        done: int = ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        return False
    return done == 0


def make_log_directory(directory: int) -> None:
    """log/, where it is not there yet; raises OSError."""
    try:
        os.mkdir("log", 0o755, dir_fd=directory)
    except FileExistsError:
        return


def open_log(directory: int, name: str) -> int:
    """A log file to append to: regular, and not through a link; raises FailedStart."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        make_log_directory(directory)
        logs = open_directory("log", directory)
        try:
            descriptor = os.open(name, flags, 0o644, dir_fd=logs)
        finally:
            os.close(logs)
    except OSError as error:
        raise FailedStart("log", f"log/{name}: {error.strerror}", error.errno) from error
    if os.fstat(descriptor).st_mode & 0o170000 != 0o100000:
        raise FailedStart("log", f"log/{name} is not a regular file")
    os.set_blocking(descriptor, True)
    return descriptor


def make_channel(launch: dict[str, object], directory: int) -> pipes.Channel | None:
    """The channel of a program that has one, with its first words in it; raises FailedStart."""
    if launch.get("channel") is not True:
        return None
    try:
        run = open_directory(".run", directory)
        try:
            first = procfs.read("first", MAX_LAUNCH, run)
        finally:
            os.close(run)
        return pipes.Channel(directory, first)
    except OSError as error:
        raise FailedStart("channel", f"its channel cannot be made: {error.strerror}", error.errno) from error


def write_mark(launch: dict[str, object], directory: int, output: int) -> None:
    """The line that says where this run begins, on a line of its own; raises FailedStart."""
    mark = launch.get("mark")
    if not isinstance(mark, str) or not mark:
        return
    try:
        logs = open_directory("log", directory)
        try:
            size = os.fstat(output).st_size
            before = os.open("stdout", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=logs)
            try:
                torn = size > 0 and os.pread(before, 1, size - 1) != b"\n"
            finally:
                os.close(before)
        finally:
            os.close(logs)
        data = (b"\n" if torn else b"") + mark.rstrip("\n").encode() + b"\n"
        while data:
            data = data[os.write(output, data) :]
    except OSError as error:
        raise FailedStart("log", f"log/stdout: {error.strerror}", error.errno) from error


def start(launch: dict[str, object], directory: int, channel: pipes.Channel | None = None) -> int:
    """The pid of the program, which runs in a session of its own; raises FailedStart with what execve said."""
    for name in ("kept.json", "exit.json"):
        keep_room(name, directory)  # before the program can fill the disk
    output, errors = open_log(directory, "stdout"), open_log(directory, "stderr")
    write_mark(launch, directory, output)
    heard, says = os.pipe()
    try:
        pid = os.fork()
    except OSError as error:
        raise FailedStart("fork", f"no process could be made: {error.strerror}", error.errno) from error
    if pid == 0:
        _become(launch, channel.reads if channel is not None else -1, output, errors, says)
    if channel is not None:
        channel.started()
    os.close(says)
    os.dup2(errors, 2)  # what we ourselves might have to complain about
    failure = os.read(heard, 64).decode()
    for descriptor in (heard, output, errors):
        os.close(descriptor)
    if failure:
        os.waitpid(pid, 0)
        number, _, stage = failure.partition(" ")
        raise FailedStart(stage, _explain(stage, int(number), launch), int(number))
    return pid


def _become(launch: dict[str, object], source: int, output: int, errors: int, says: int) -> None:
    """In the child: becomes the program, or writes errno and stage to `says`. Does not return."""
    stage, number = "cwd", 0
    try:
        os.setsid()
        os.chdir(str(launch.get("cwd") or "/"))
        stage = "stdin"
        if source < 0:
            source = os.open(str(launch.get("stdin") or os.devnull), os.O_RDONLY | os.O_NOCTTY)
        stage = "program"
        for descriptor, target in ((source, 0), (output, 1), (errors, 2)):
            os.dup2(descriptor, target)
        for each in range(1, signal.NSIG):
            if signal.getsignal(each) == signal.SIG_IGN:
                signal.signal(each, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        argv, environment = launch["argv"], dict(os.environ)
        added = launch.get("env")
        if isinstance(added, dict):
            environment.update(added)
        assert isinstance(argv, list)  # noqa: S101 read_launch has looked; this is for the type checker
        os.execvpe(argv[0], argv, environment)  # noqa: S606 no shell is wanted
    except OSError as error:
        number = error.errno or 0
    except (ValueError, TypeError):
        number = 0
    finally:
        os.write(says, f"{number} {stage}".encode())
        os._exit(127)


def _explain(stage: str, number: int, launch: dict[str, object]) -> str:
    argv = launch["argv"]
    name = argv[0] if isinstance(argv, list) else ""
    what = launch.get(stage) if stage in ("cwd", "stdin") else name
    why = os.strerror(number) if number else "a word of the command or of the environment cannot be passed on"
    is_there = "/" in name and os.path.exists(name)
    hint = HINTS.get(number, "") if stage == "program" and (number != 2 or is_there) else ""
    return f"{str(what)[:200]}: {why}" + (f" ({hint})" if hint else "")


def identity_of(pid: int, spawn_id: str) -> dict[str, object]:
    """The identity of a process of ours. Without a /proc its ticks are 0: the starter asks the kernel itself."""
    seen = procfs.look_at(pid)
    try:
        namespace = os.stat("/proc/self/ns/pid").st_ino
    except OSError:
        namespace = 0
    boot = procfs.read_file("/proc/sys/kernel/random/boot_id", 64).decode("ascii", "replace").strip()
    return {
        "boot_id": boot,
        "pid_ns": namespace,
        "pid": pid,
        "ticks": seen.ticks if seen else 0,
        "marker": spawn_id,
    }


def record(directory: int, spawn_id: str, program: int, *, subreaper: bool) -> None:
    """Writes kept.json: who we are and who the program is; raises FailedStart."""
    kept: dict[str, object] = {
        "schema": SCHEMA,
        "spawn_id": spawn_id,
        "keeper": identity_of(os.getpid(), spawn_id),
        "program": identity_of(program, spawn_id),
        "subreaper": subreaper,
    }
    try:
        run = open_directory(".run", directory)
        try:
            write_with_room("kept.json", kept, directory, run, sync=False)
        finally:
            os.close(run)
    except OSError as error:
        os.killpg(program, signal.SIGKILL)
        raise FailedStart("record", f"kept.json: {error.strerror}", error.errno) from error


def say_failure(directory: int, spawn_id: str, failed: FailedStart) -> None:
    """Tells why the program does not run: to the starter at once, and in exit.json to later readers."""
    if directory >= 0 and failed.stage != "launch":
        pipes.remove(directory)
        outcome: dict[str, object] = {"schema": SCHEMA, "spawn_id": spawn_id, "code": None, "at": time.time()}
        outcome.update({"stopped": False, "found": [], "left": [], "error": failed.why})
        try:
            write_atomic("exit.json", outcome, directory, sync=True)
        except OSError as error:
            failed.why += f" (and exit.json cannot be written: {error.strerror})"
    say({"error": failed.why, "errno": failed.number, "stage": failed.stage})


def say(words: dict[str, object]) -> None:
    """One line to the starter, if it still listens."""
    try:
        os.write(1, encode(words).encode() + b"\n")
    except OSError:
        return
