"""Children that run away, one kind a function: run as `python escapees.py KIND PIDS [leave]`.

Every process writes "pid ticks" into the file PIDS, and `ready` when the kind is complete. All end by themselves after
a minute, and when a file PIDS.end appears, so that no failed test leaves one behind for long.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress

LIFE_S = 60.0
BORN = time.monotonic()
PIDS = sys.argv[2] if len(sys.argv) > 2 else ""


def note(word: str) -> None:
    descriptor = os.open(PIDS, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(descriptor, word.encode() + b"\n")
    os.close(descriptor)


def here() -> None:
    with open("/proc/self/stat", "rb") as file:
        ticks = file.read().rpartition(b")")[2].split()[19].decode()
    note(f"{os.getpid()} {ticks}")


def over() -> bool:
    return time.monotonic() - BORN > LIFE_S or os.path.exists(PIDS + ".end")


def linger() -> None:
    while not over():
        time.sleep(0.05)
    os._exit(0)


def settle() -> None:
    """What a runaway does once it has got away."""
    here()
    note("ready")
    linger()


def in_child(run: Callable[[], None]) -> None:
    if os.fork() == 0:
        try:
            run()
        finally:
            os._exit(0)


def plain() -> None:
    in_child(settle)


def ignores_term() -> None:
    def run() -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        settle()

    in_child(run)


def stopped() -> None:
    def run() -> None:
        here()
        note("ready")
        os.kill(os.getpid(), signal.SIGSTOP)
        linger()

    in_child(run)


def session() -> None:
    def run() -> None:
        os.setsid()
        settle()

    in_child(run)


def daemon() -> None:
    def run() -> None:
        os.setsid()
        in_child(settle)

    in_child(run)


def emptied() -> None:
    """Executes itself with nothing in its environment."""
    in_child(lambda: os.execve(sys.executable, [sys.executable, "-S", "-E", __file__, "settle", PIDS], {}))


def chain() -> None:
    """Gone before anybody has looked twice: every few milliseconds a successor takes over."""

    def run() -> None:
        os.setsid()
        note("ready")
        while not over():
            here()
            if os.fork():
                os._exit(0)
            time.sleep(0.003)

    in_child(run)


def pair() -> None:
    """Two that start each other anew."""

    def gone(pid: int) -> bool:
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                return file.read().rpartition(b")")[2].split()[0] == b"Z"
        except OSError:
            return True

    def guard(other: int) -> None:
        here()
        while not over():
            if gone(other):
                me = os.getpid()
                other = os.fork()
                if other == 0:
                    other = me
                    here()
            time.sleep(0.001)

    def run() -> None:
        os.setsid()
        note("ready")
        guard(-1)

    in_child(run)


def closes_all() -> None:
    def run() -> None:
        os.setsid()
        os.closerange(0, 256)
        settle()

    in_child(run)


def bomb() -> None:
    """A small one: 31 processes, five generations deep."""

    def run(depth: int) -> None:
        here()
        if depth == 0:
            note("ready")
        else:
            for _ in range(2):
                in_child(lambda: run(depth - 1))
        linger()

    in_child(lambda: run(4))


def pipeline() -> None:
    """The middle of a shell's pipeline."""
    me = f"'{sys.executable}' -S -E '{__file__}' settle '{PIDS}'"
    in_child(lambda: os.execv("/bin/sh", ["sh", "-c", f"sleep 60 | {me} | sleep 60"]))


def detached() -> None:
    """Everything at once; without a subreaper nothing ties it to where it came from."""
    words = [sys.executable, "-S", "-E", __file__, "settle", PIDS]

    def run() -> None:
        os.setsid()
        os.chdir("/")
        os.closerange(0, 256)
        in_child(lambda: os.execve(sys.executable, words, {}))

    in_child(run)


KINDS = {
    kind.__name__: kind
    for kind in (plain, ignores_term, stopped, session, daemon, emptied, chain, pair, closes_all, bomb, pipeline)
}


def main() -> None:
    kind = sys.argv[1]
    if kind == "settle":
        settle()
    here()
    {**KINDS, "detached": detached}[kind]()
    while not over():
        if sys.argv[3:] == ["leave"]:
            with open(PIDS, encoding="ascii") as file:
                if "ready" in file.read():
                    os._exit(7)
        time.sleep(0.01)


if __name__ == "__main__":
    main()
