"""`swarm-tui run`: heartbeats without a screen until SIGTERM, for docker, systemd and tmux."""

import argparse
import contextlib
import os
import select
import signal
from collections.abc import Iterator
from types import FrameType
from typing import TYPE_CHECKING

from swarm.errors import Busy, Code, Refused, SwarmError
from swarm.model.values import replace
from swarm.notify.start import Teller
from swarm_tui.cli.commands.common import acting
from swarm_tui.cli.commands.heartbeat import beat_once, line_of, record_of
from swarm_tui.cli.output import Output
from swarm_tui.cli.own_targets import own_targets

if TYPE_CHECKING:
    from swarm.api import Swarm
    from swarm.model.beat import Beat

BY = "run"
LOOK_SECONDS = 1.0
INTERRUPTED = 130


def run(args: argparse.Namespace, out: Output) -> int:
    """Beats until a signal stops it: 0 after SIGTERM or SIGHUP, 130 after SIGINT. One under way is finished first."""
    if args.once:
        return _beat_if_due(acting(args, out), out)
    from swarm.api import Swarm

    swarm = Swarm(replace(acting(args, out).home, beat_every=args.period))
    with _stopped_by_signals() as stop:
        _beat_until(stop, swarm, out)
    return INTERRUPTED if stop.signal == signal.SIGINT else 0


def _beat_if_due(swarm: "Swarm", out: Output) -> int:
    """Beats as `heartbeat` does. A timer that comes too early is no failure: it is told so, and ends well."""
    try:
        return beat_once(swarm, out)
    except Refused as refused:
        if refused.code is not Code.HALF_PERIOD:
            raise
        if out.json:
            out.document({"due": False, "why": refused.title})
        else:
            out.say(f"Nothing to do yet: {refused.title}")
        return 0


class _StopSignal:
    """Which signal asks to leave, and the wait that it cuts short."""

    def __init__(self) -> None:
        self.signal = 0
        self._read_end, self._write_end = os.pipe()
        os.set_blocking(self._write_end, False)

    def ask(self, number: int, _frame: FrameType | None) -> None:
        """Handles a signal. It takes no lock: the wait that it interrupts may hold any, and would never let go."""
        self.signal = self.signal or number
        with contextlib.suppress(BlockingIOError):
            os.write(self._write_end, b"!")

    def wait(self, seconds: float) -> None:
        """Returns after so many seconds, or as soon as a signal has come."""
        select.select([self._read_end], [], [], seconds)

    def close(self) -> None:
        """Gives the pipe back."""
        os.close(self._read_end)
        os.close(self._write_end)


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[_StopSignal]:
    stop = _StopSignal()
    before = {}
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup asked to be left alone
            before[number] = signal.signal(number, stop.ask)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        stop.close()  # after the handlers: a late signal must not write into whatever has this number next


def _beat_until(stop: _StopSignal, swarm: "Swarm", out: Output) -> None:
    said = _policy_trouble(swarm)  # told when the home was opened
    owned = False
    edited = _edited(swarm)
    teller = Teller(own_targets(out))
    try:
        while not stop.signal:
            trouble = ""
            try:
                if _edited(swarm) != edited:
                    edited = _edited(swarm)
                    swarm.reread()
                trouble = _policy_trouble(swarm)
                owned = swarm.own_heartbeat(BY)
                beat = swarm.beat_when_due(BY) if owned else None
                if beat is not None:
                    _say(beat, out)
                swarm.tell_operator(teller, owner=owned, beaten=beat is not None)
                if not owned:
                    trouble = "Another process beats in this home; this one stands by."
            except Busy:
                trouble = ""  # another process holds the ledger for longer than usual: the next look comes soon
            except SwarmError as error:
                trouble = f"{error.title} {error.detail}".strip()
            if trouble and trouble != said:
                _tell(trouble, out)
            said = trouble
            stop.wait(LOOK_SECONDS)
    finally:
        if owned:
            # The next process that looks replaces a dead owner, so a failure here costs nothing.
            with contextlib.suppress(SwarmError):
                swarm.disown_heartbeat()


def _policy_trouble(swarm: "Swarm") -> str:
    """What is wrong with swarm.toml, and which settings hold meanwhile; '' where it is right."""
    error = swarm.home.policy_error
    return f"{error.title} {error.detail} {swarm.home.policy_words}" if error is not None else ""


def _edited(swarm: "Swarm") -> int:
    try:
        return os.stat(swarm.home.layout.policy).st_mtime_ns
    except OSError:
        return 0


def _say(beat: "Beat", out: Output) -> None:
    try:
        if out.json:
            out.record(record_of(beat))
        else:
            out.say(line_of(beat))
            out.flush()
    except OSError:
        out.abandon()  # the reader of the lines is gone; the swarm still needs its heartbeats


def _tell(text: str, out: Output) -> None:
    with contextlib.suppress(OSError):
        out.tell(text)
