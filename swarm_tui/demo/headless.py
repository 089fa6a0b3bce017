"""The demo without a screen: prints what happens, and at the end which states were reached and which failures seen."""

import time
from pathlib import Path
from typing import TextIO

from swarm.api import Swarm
from swarm.errors import SwarmError
from swarm.formatting import spell_duration
from swarm.ledger.audit_log import Event
from swarm.ledger.audit_reader import AuditTail
from swarm.model.actor import AuditVerb
from swarm.model.health import Health
from swarm.sanitize import clean
from swarm_tui.demo.failures import FAILURES
from swarm_tui.demo.seen import EXPECTED, Seen
from swarm_tui.demo.session import Demo, interruptible
from swarm_tui.workers.heartbeat_thread import HeartbeatThread


def run(
    seconds: float,
    speed: float,
    out: TextIO,
    *,
    directory: Path | None = None,
    until_all: bool = False,
) -> int:
    """Plays the demo for `seconds`, printing events and changes of state to `out`.

    directory: where the home is made, and kept; None for a temporary one.
    until_all: ends as soon as every state was reached and each of the ten failures seen.
    Returns 0 where all of them were, and nothing was left running, else 1.
    """
    watcher = _Watcher(out)
    with interruptible(), Demo(directory, speed) as demo:
        print(f"{demo.directory}: {spell_duration(15 * demo.minute)} stand for 15 minutes", file=out, flush=True)
        print(f"To look at it from another terminal: swarm-tui -C {demo.directory}", file=out, flush=True)
        heartbeat_thread = HeartbeatThread(demo.swarm, "demo", on_beat=lambda _: None, on_pulse=lambda *_: None)
        heartbeat_thread.start()
        try:
            watcher.watch(Swarm(demo.swarm.home), seconds, pause=min(0.5, demo.minute / 2), until_all=until_all)
        finally:
            heartbeat_thread.stop()
    for trouble in demo.operator.troubles:
        print(f"trouble: {clean(trouble)}", file=out)
    return _verdict(watcher, demo.left, out)


class _Watcher:
    """Looks at the swarm as a control room does, and says what is new."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._began = time.monotonic()
        self._last: dict[str, Health] = {}
        self.seen = Seen()

    def watch(self, swarm: Swarm, seconds: float, *, pause: float, until_all: bool) -> None:
        tail = AuditTail(swarm.home.layout)
        while self.seconds < seconds:
            events = tail.read()
            self.seen.count(events)
            for event in events:
                if event.verb is not AuditVerb.PROGRESS:
                    self._print(_words(event))
            try:
                self._look(swarm)
            except SwarmError as error:
                self._print(f"look: {clean(str(error))}")
            if until_all and not self.seen.missed:
                return
            time.sleep(pause)

    def _look(self, swarm: Swarm) -> None:
        snapshot = swarm.snapshot()
        verdicts = swarm.verdicts(snapshot)
        for agent, verdict in verdicts.items():
            if self._last.get(agent) is not verdict.state:
                self._last[agent] = verdict.state
                self._print(f"{agent} is {verdict.state}: {clean(verdict.why, 160)}")
        for number in self.seen.look(snapshot, verdicts):
            self._print(f"failure {number} is seen: {self.seen.failures[number]}")

    @property
    def seconds(self) -> float:
        """For how long it has looked."""
        return time.monotonic() - self._began

    def _print(self, text: str) -> None:
        passed = self.seconds
        print(f"{int(passed // 60):02d}:{passed % 60:04.1f}  {text}", file=self._out, flush=True)


def _words(event: Event) -> str:
    said = "" if event.ok else f" refused ({event.code})"
    reason = f": {clean(event.reason, 160)}" if event.reason else ""
    return f"{clean(event.actor)} {clean(event.verb)} {clean(event.agent)}{said}{reason}"


def _verdict(watcher: _Watcher, left: tuple[str, ...], out: TextIO) -> int:
    seen = watcher.seen
    print(file=out)
    for line in seen.summary(watcher.seconds):
        print(line, file=out)
    print(file=out)
    for state in EXPECTED:
        mark = "reached" if state in seen.states else "MISSED"
        print(f"{mark:<8} {state:<12} {seen.states.get(state, '')}", file=out)
    for failure in FAILURES:
        mark = "seen" if failure.number in seen.failures else "MISSED"
        print(f"{mark:<8} failure {failure.number:<4} {seen.failures.get(failure.number, '')}", file=out)
    for process in left:
        print(f"STILL RUNNING {clean(process)}", file=out)
    if seen.missed:
        print(f"missed: {', '.join(seen.missed)}", file=out)
    else:
        end = "" if left else "; nothing is left running"
        print(f"all {len(EXPECTED)} states were reached, all {len(FAILURES)} failures seen{end}", file=out)
    return 1 if seen.missed or left else 0
