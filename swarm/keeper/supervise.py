"""The keeper at work: waits for the program, takes it down the ladder when ordered, and says how it ended."""

from __future__ import annotations

import os
import select
import time

from swarm.keeper import pipes
from swarm.keeper.jsonfile import open_directory, write_with_room
from swarm.keeper.process_tree import ProcessTree
from swarm.keeper.procfs import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
else:
    import _signal as signal  # `signal` costs the keeper a megabyte of enums
SCHEMA = 1
MAX_ORDER = 4096
MAX_GRACE_S = 86400.0
LEFTOVER_GRACE_S = 1.0
"""What the program left behind when it ended gets this long after TERM."""
PAUSE_S = 0.02
ORDERS_S = None if os.path.exists("/proc/self/stat") else 1.0
"""How long at most between two looks at the orders, in seconds: not every system's poll tells of a FIFO."""
REWAKE_S = 0.1
"""A process may come to its stop only after a look found it going, and then would not hear TERM until KILL."""
FULL_DISK_S = 60
IGNORED = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGPIPE)


class Terms:
    """What the keeper was told at the start. gentle: signal number; group: it goes to the group; grace: seconds."""

    __slots__ = ("gentle", "grace", "group", "spawn_id", "subreaper")

    def __init__(self, spawn_id: str, gentle: int, grace: float, *, group: bool, subreaper: bool) -> None:
        self.spawn_id = spawn_id
        self.gentle = gentle
        self.grace = grace
        self.group = group
        self.subreaper = subreaper


def ignore_and_block() -> None:
    """No terminal reaches us, and orders wait until the keeper listens: the mask outlives execution."""
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGCHLD))


class Supervisor:
    """Waits for the program, obeys orders, and leaves nothing of it behind."""

    def __init__(
        self,
        program: int,
        directory: int,
        terms: Terms,
        *,
        channel: int = pipes.NOWHERE,
        orders: int = pipes.NOWHERE,
    ) -> None:
        self._program = program
        self._directory = directory
        self._terms = terms
        self._channel = channel
        self._orders = orders
        self._family = ProcessTree(program, terms.spawn_id, self._wait)
        self._code: int | None = None
        self._ended = False
        self._ordered = False
        self._stopped = False
        self._began = time.monotonic()
        self._deadline = 0.0
        self._steps: list[str] = []
        self._killed = False
        self._wake, wakes = os.pipe()
        for end in (self._wake, wakes):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
        self._poll = select.poll()
        self._poll.register(self._wake, select.POLLIN)
        if orders != pipes.NOWHERE:
            self._poll.register(orders, select.POLLIN)
        ignore_and_block()
        for number in (signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())

    def run(self) -> None:
        """Returns when the program has ended, nothing of it is left, and exit.json says so."""
        self._reap()
        while not self._ended:
            self._wait(None)
            if self._ordered and not self._ended:
                self._stop()
        self._close_channel()
        pipes.remove(self._directory)
        self._clean_up()
        self._write_exit()

    def _wait(self, seconds: float | None) -> None:
        """Sleeps until a signal or for `seconds`, then notes orders and ends."""
        if seconds is None and self._orders != pipes.NOWHERE:
            seconds = ORDERS_S
        self._poll.poll(None if seconds is None else max(0.0, seconds) * 1000)
        try:
            came = os.read(self._wake, 512)
        except BlockingIOError:
            came = b""
        if signal.SIGTERM in came:
            self._ordered = True
        if self._orders != pipes.NOWHERE and pipes.CLOSE in pipes.heard(self._orders):
            self._close_channel()
        self._reap()

    def _close_channel(self) -> None:
        """Lets the program read to the end. The name goes first, so that no writer opens a closed channel."""
        if self._channel != pipes.NOWHERE:
            pipes.remove(self._directory, pipes.CHANNEL)
            os.close(self._channel)
            self._channel = pipes.NOWHERE

    def _reap(self) -> None:
        """Takes the exit status of every child that ended."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self._program:
                self._ended = True
                self._code = os.waitstatus_to_exitcode(status)

    # the ladder

    def _stop(self) -> None:
        """The program's own gentle signal, TERM to the group, KILL after the grace (protocol.md, Stop ladder)."""
        self._stopped = True
        self._began = time.monotonic()
        self._deadline = self._began + MAX_GRACE_S
        gentle, grace = self._terms.gentle, self._take_order()
        for each in self._family.look():
            self._family.note(each, "TERM")
        if gentle != signal.SIGTERM:
            self._signal(gentle, group=self._terms.group)
            self._step(f"signal {gentle}")
            self._wake_stopped()
            self._wait_for_end(self._began + grace / 2)
        if not self._ended:
            self._signal(signal.SIGTERM, group=True)
            self._family.terminate(reached=self._program)
            self._step("TERM")
            self._wake_stopped()
            self._wait_for_end(self._deadline)
        if not self._ended:
            self._killed = True
            self._step("KILL")
            self._family.sweep()
        while not self._ended:
            self._wait(1.0)  # killed, and held by the kernel: there is nothing to say before that is over

    def _take_order(self) -> float:
        """The grace of the order, in seconds; a further order shortens it."""
        self._ordered = False
        grace = read_order(self._directory, self._terms)
        self._deadline = min(self._deadline, time.monotonic() + grace)
        return grace

    def _wait_for_end(self, until: float) -> None:
        while not self._ended and time.monotonic() < min(until, self._deadline):
            self._wait(min(until - time.monotonic(), self._deadline - time.monotonic(), REWAKE_S))
            if self._ordered:
                self._take_order()
            self._wake_stopped()

    def _signal(self, number: int, *, group: bool) -> None:
        """The program is our child and not reaped, so neither its pid nor its group can be anybody else's."""
        try:
            (os.killpg if group else os.kill)(self._program, number)
        except (ProcessLookupError, PermissionError):
            return  # ended, or run as another user, which the sweep reports

    def _wake_stopped(self) -> None:
        if self._family.wake_stopped() and not any(step.startswith("CONT ") for step in self._steps):
            self._step("CONT")

    def _clean_up(self) -> None:
        """What the program left behind when it ended gets TERM and a moment, then no choice."""
        if not os.path.exists("/proc/self/stat"):
            self._signal(signal.SIGKILL, group=True)  # reaped a moment ago; there is no other way to reach its group
            return
        until = time.monotonic() + LEFTOVER_GRACE_S
        if self._stopped:
            until = min(until, self._deadline)
        else:
            self._began = time.monotonic()
        left_behind = [] if self._killed else self._family.look()
        if left_behind:
            for each in left_behind:
                self._family.note(each, "TERM")
            self._family.terminate()
            self._step("TERM to what it left behind")
            self._wake_stopped()
            while time.monotonic() < until and self._family.look():
                self._wait(PAUSE_S)
        self._family.sweep()

    def _step(self, what: str) -> None:
        self._steps.append(f"{what} after {(time.monotonic() - self._began) * 1000:.0f} ms")

    # the proof

    def _write_exit(self) -> None:
        """exit.json; tries for a minute where the disk is full, and what was kept for it does not do."""
        outcome: dict[str, object] = {
            "schema": SCHEMA,
            "spawn_id": self._terms.spawn_id,
            "code": self._code,
            "at": time.time(),
            "stopped": self._stopped,
            "found": self._family.found(),
            "left": self._family.left(),
            "more": self._family.more,
            "error": "",
            "steps": self._steps,
            "subreaper": self._terms.subreaper,
        }
        for _ in range(FULL_DISK_S):
            try:
                write_with_room("exit.json", outcome, self._directory, self._directory, sync=True)
            except FileNotFoundError:
                return  # the agent's directory was deleted
            except IsADirectoryError:
                self._put_aside("exit.json")
            except OSError:
                self._wait(1.0)
            else:
                return

    def _put_aside(self, name: str) -> None:
        """Gives another name to a directory that stands in the place of our file."""
        try:
            os.rename(name, f"{name}-{os.urandom(4).hex()}", src_dir_fd=self._directory, dst_dir_fd=self._directory)
        except OSError:
            self._wait(1.0)


def read_order(directory: int, terms: Terms) -> float:
    """The grace in seconds. A TERM without an order is meant as well, on the terms of the start."""
    try:
        run = open_directory(".run", directory)
        try:
            text = read("order.json", MAX_ORDER, run).decode("utf-8", "replace")
        finally:
            os.close(run)
    except OSError:
        return terms.grace
    order = {}
    for part in text.strip().strip("{}").split(","):  # flat, and json is not imported any more
        key, _, value = part.partition(":")
        order[key.strip().strip('"')] = value.strip().strip('"')
    try:
        grace = float(order.get("grace_s", terms.grace))
    except ValueError:
        return terms.grace
    if order.get("spawn_id") != terms.spawn_id or not 0 <= grace <= MAX_GRACE_S:
        return terms.grace
    return grace
