"""Campaigns of processes that change one ledger at once, some of them killed, and the checker of what came of it.

Every actor writes a journal of what it began and what was acknowledged to it. Afterwards the revisions, all of which
are still there, are held against the journals: nothing acknowledged may be missing, nothing may have happened twice, no
revision may hold more than the budget, nobody may have waited in vain.
"""

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from swarm.errors import Code, Refused
from swarm.ledger import audit_log, codec
from swarm.ledger.ledger import Ledger
from swarm.ledger.state import State, raise_alert, with_record, without
from swarm.model.actor import AuditVerb
from swarm.model.causes import AlertCause
from swarm.model.record import Phase, Record
from swarm.model.values import replace
from swarm.platform.clock import SystemClock
from swarm.protocol.paths import Layout
from swarm.store import syscalls
from tests.support import crash

MAX_SLOTS = 6


@dataclass(frozen=True)
class Campaign:
    """How many actors do how much. killed: the share of operations in which their actor gets SIGKILL.

    lying_locks: every flock succeeds at once, as on a bind mount of a Mac.
    """

    seed: int
    actors: int = 8
    operations: int = 60
    killed: float = 0.0
    lying_locks: bool = False
    wait: float = 60.0


def run(root: Path, campaign: Campaign, deadline: float = 150.0) -> None:
    """Runs a campaign on a made home to its end; an actor that was killed goes on with its next operation."""
    journals = root / "journals"
    journals.mkdir()
    give_up = time.monotonic() + deadline
    running = {actor: _start(root, campaign, actor, 0) for actor in range(campaign.actors)}
    try:
        while running:
            for actor, process in list(running.items()):
                process.join(0.02)
                code = process.exitcode  # read once: it may end between two looks
                if code == -signal.SIGKILL:
                    running[actor] = _start(root, campaign, actor, _began(journals, actor) + 1)
                elif code is not None:
                    del running[actor]
                    assert code == 0, f"actor {actor} failed with exit status {code}"
            assert time.monotonic() < give_up, f"stuck: actors {sorted(running)} are not done"
    finally:
        for process in running.values():
            process.kill()
            process.join()


def violations(root: Path, campaign: Campaign) -> list[str]:
    """What must never be found; empty where all went well."""
    layout = Layout(root)
    history = [
        codec.decode(path.read_bytes()).state for path in sorted(layout.revs.iterdir(), key=lambda path: int(path.name))
    ]
    journals = {actor: list(_lines(root / "journals", actor)) for actor in range(campaign.actors)}
    return [
        *_revisions(history),
        *_acknowledged(history, journals),
        *_budget(history),
        *_waiting(journals, campaign),
        *([] if campaign.lying_locks else _audit(layout, journals)),
    ]


def _revisions(history: list[State]) -> Iterator[str]:
    numbers = [state.revision for state in history]
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"revisions are missing or double: {numbers}"
    awake = [state.epoch.awake for state in history]
    if awake != sorted(awake):
        yield "awake time went back"


def _acknowledged(history: list[State], journals: dict[int, list[dict[str, Any]]]) -> Iterator[str]:
    known = {state.revision: state.extra.get("done", ()) for state in history}
    done = Counter(known[history[-1].revision])
    for operation, times in done.items():
        if times > 1:
            yield f"double: {operation} happened {times} times"
    acknowledged = [line for lines in journals.values() for line in lines if "ack" in line]
    for line in acknowledged:
        if done[line["ack"]] == 0:
            yield f"lost: {line['ack']} was acknowledged at revision {line['revision']}"
        elif line["ack"] not in known.get(line["revision"], ()):
            yield f"lost: {line['ack']} is not in the revision that was acknowledged"
    twice = [number for number, times in Counter(line["revision"] for line in acknowledged).items() if times > 1]
    if twice:
        yield f"double: revisions {twice} were acknowledged to two actors"
    began = {line["begin"] for lines in journals.values() for line in lines if "begin" in line}
    for operation in done.keys() - began:
        yield f"made up: {operation} was never begun"
    for before, after in pairwise(history):
        if not set(before.extra.get("done", ())) <= set(after.extra.get("done", ())):
            yield f"lost: revision {after.revision} forgot what {before.revision} knew"


def _budget(history: list[State]) -> Iterator[str]:
    for state in history:
        if len(state.agents) > MAX_SLOTS:
            yield f"over budget: {len(state.agents)} agents in revision {state.revision}"


def _waiting(journals: dict[int, list[dict[str, Any]]], campaign: Campaign) -> Iterator[str]:
    for actor, lines in journals.items():
        begun = {line["begin"] for line in lines if "begin" in line}
        if len(begun) != campaign.operations:
            yield f"stuck: actor {actor} began {len(begun)} of {campaign.operations} operations"
        yield from (f"stuck: {line['error']}" for line in lines if "error" in line)


def _audit(layout: Layout, journals: dict[int, list[dict[str, Any]]]) -> Iterator[str]:
    lines = layout.events.read_bytes().splitlines()
    found = [event for event in map(audit_log.parse, lines) if event is not None]
    if len(found) != len(lines):
        yield f"audit: {len(lines) - len(found)} lines are no records"
    if [event.seq for event in found] != list(range(1, len(found) + 1)):
        yield "audit: numbers are missing or double"
    told = Counter(event.spawn_id for event in found)
    for line in (line for lines in journals.values() for line in lines if "ack" in line):
        if told[line["ack"]] != 1:
            yield f"audit: {line['ack']} is told {told[line['ack']]} times"
    revisions = [event.more["revision"] for event in found]
    if revisions != sorted(revisions):
        yield "audit: not in the order of the ledger"


def _start(root: Path, campaign: Campaign, actor: int, first: int) -> BaseProcess:
    return crash.start(_act, root, campaign, actor, first)


def _began(journals: Path, actor: int) -> int:
    return max((int(line["begin"].split("-")[1]) for line in _lines(journals, actor) if "begin" in line), default=-1)


def _lines(journals: Path, actor: int) -> Iterator[dict[str, Any]]:
    path = journals / str(actor)
    if path.exists():
        yield from (json.loads(line) for line in path.read_text().splitlines())


def _act(root: Path, campaign: Campaign, actor: int, first: int) -> None:
    """One actor, from its operation `first` on. Its random choices do not depend on where it was killed."""
    journal = os.open(root / "journals" / str(actor), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    if campaign.lying_locks:
        syscalls.lock = lambda descriptor: True
    layout = Layout(root)
    ledger = Ledger(layout, SystemClock(), wait=campaign.wait)

    def write(**line: object) -> None:
        os.write(journal, json.dumps(line).encode() + b"\n")

    for number in range(first, campaign.operations):
        rng = random.Random(f"{campaign.seed}-{actor}-{number}")
        name = f"{actor}-{number}"
        write(begin=name)
        with ExitStack() as doomed:
            if rng.random() < campaign.killed:
                doomed.enter_context(crash.hooked(crash.killer(rng.randrange(16), rng.choice(["before", "after"]))))
            try:
                state = _operate(layout, ledger, rng, actor, name)
            except Refused:
                continue
            except Exception as error:  # noqa: BLE001 - whatever it is, the checker has to see it
                write(error=f"{name}: {error!r}")
                continue
            write(ack=name, revision=state.revision)


def _operate(layout: Layout, ledger: Ledger, rng: random.Random, actor: int, name: str) -> State:
    kind = rng.choice(["spawn", "spawn", "end", "beat", "alert"])

    def change(state: State) -> State:
        if kind == "spawn":
            if len(state.agents) >= MAX_SLOTS:
                raise Refused(Code.NO_SLOT, "No slot is free.")
            state = with_record(state, Record(f"agent-{name}", name, Phase.RUNNING))
        elif kind == "end":
            mine = [agent_id for agent_id in state.agents if agent_id.startswith(f"agent-{actor}-")]
            if not mine:
                raise Refused(Code.ENDED, "There is nobody to end.")
            state = without(state, mine[0])
        elif kind == "beat":
            state = replace(state, heartbeat_n=state.heartbeat_n + 1)
        else:
            state = raise_alert(state, f"agent-{actor}", AlertCause.LOOPING, name, "", 0.0)
        return replace(state, extra={**state.extra, "done": [*state.extra.get("done", ()), name]})

    def line(state: State) -> None:
        audit_log.append(
            layout, "operator", AuditVerb(kind), spawn_id=name, wall=0.0, sync=False, revision=state.revision
        )

    return ledger.commit(change, purpose=f"{kind} {name}", then=line)
