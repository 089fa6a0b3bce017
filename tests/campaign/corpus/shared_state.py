"""The ledger with several writers: nothing that was acknowledged is lost, and what others did to its files is said."""

import json
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from swarm.ledger.ledger import Ledger
from swarm.ledger.state import State
from swarm.model.values import replace
from swarm.protocol.paths import Layout
from tests.campaign.case import Case
from tests.support.clocks import FakeClock
from tests.support.plants import plant

BEFORE = 3
"""Commits before it happens."""
LOST = "lost"


@dataclass(frozen=True, kw_only=True)
class SharedState(Case):
    """Something that happens to a ledger.

    happens: does it, with the knowledge of a writer that goes on afterwards; returns how many more commits were
    acknowledged by it.
    """

    failure: int = 1
    happens: Callable[[Ledger, Layout], int]


def judge(case: SharedState, directory: Path) -> str:
    """Returns LOST where a commit is not there any more, else the causes of the alerts that the next commit raises."""
    layout, clock = Layout(directory), FakeClock()
    directory.mkdir(parents=True)
    Ledger.create(layout, clock)
    ledger = Ledger(layout, clock, wait=60)
    _commit(ledger, BEFORE)
    acknowledged = BEFORE + case.happens(ledger, layout)
    state = ledger.commit(_beat, purpose="go on")
    causes = sorted({alert.cause.value for alert in state.alerts})
    return ", ".join(causes) if state.heartbeat_n == acknowledged + 1 else ", ".join([LOST, *causes])


def _beat(state: State) -> State:
    return replace(state, heartbeat_n=state.heartbeat_n + 1)


def _commit(ledger: Ledger, count: int) -> int:
    for _ in range(count):
        ledger.commit(_beat, purpose="count")
    return count


def _planted(name: str, kind: str, _: Ledger, layout: Layout) -> int:
    plant(kind, layout.swarm / name, layout.root / "victim")
    return 0


def _edited_by_hand(_: Ledger, layout: Layout) -> int:
    data = json.loads(layout.state.read_text())
    data["heartbeat"]["n"] = 1000
    layout.state.write_text(json.dumps(data))
    return 0


def _cut(_: Ledger, layout: Layout) -> int:
    os.truncate(layout.state, 100)
    return 0


def _cut_with_its_revision(_: Ledger, layout: Layout) -> int:
    """The newest commit itself is gone: what can be known of it is the number, so that one more was acknowledged."""
    for path in (layout.state, layout.rev(BEFORE + 1)):
        os.truncate(path, 100)
        os.utime(path, (0, 0))
    return 0


def _backup_restored(ledger: Ledger, layout: Layout) -> int:
    backup = layout.root / "backup"
    shutil.copytree(layout.swarm, backup)
    _commit(ledger, 2)
    shutil.rmtree(layout.swarm)
    shutil.copytree(backup, layout.swarm)
    return 0


def _lock_removed_while_it_is_held(ledger: Ledger, layout: Layout) -> int:
    faster: list[int] = []

    def slow(state: State) -> State:
        if not faster:
            layout.lock.unlink()
            faster.append(_commit(Ledger(layout, FakeClock(), wait=60), 1))
        return _beat(state)

    ledger.commit(slow, purpose="be slow")
    return 1 + sum(faster)


def _threads_of_two_writers(ledger: Ledger, layout: Layout) -> int:
    writers = (ledger, Ledger(layout, FakeClock(), wait=60))
    threads = [threading.Thread(target=_commit, args=(writer, 5)) for writer in (*writers, *writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 5 * len(threads)


def _two_writers_in_turn(ledger: Ledger, layout: Layout) -> int:
    other = Ledger(layout, FakeClock(), wait=60)
    return sum(_commit(writer, 1) for writer in (ledger, other, other, ledger))


def _touched(_: Ledger, layout: Layout) -> int:
    os.utime(layout.state)
    layout.state.write_bytes(layout.state.read_bytes())
    return 0


def _writer_died_before_its_rename(ledger: Ledger, layout: Layout) -> int:
    """The revision is there, and state.json is the one before: as a kill between link and rename leaves them."""
    before = layout.root / "before"
    os.link(layout.state, before)
    _commit(ledger, 1)
    os.rename(before, layout.state)
    os.utime(layout.rev(BEFORE + 2))  # its revision was there before the rename that did not come
    return 1


_DAMAGES = ("directory", "link", "pipe", "garbage", "empty", "removed")
CASES = (
    *(
        SharedState(name=f"state.json: {kind}", right="state-repaired", happens=partial(_planted, "state.json", kind))
        for kind in _DAMAGES
    ),
    SharedState(name="lock: removed", right="lock-missing", happens=partial(_planted, "lock", "removed")),
    SharedState(name="lock: a link", right="lock-missing", happens=partial(_planted, "lock", "link")),
    SharedState(name="revisions: a link", right="state-repaired", happens=partial(_planted, "revs", "link")),
    SharedState(name="edited by hand", right="state-repaired", happens=_edited_by_hand),
    SharedState(name="cut", right="state-repaired", happens=_cut),
    SharedState(
        name="cut with its revision, so that the ledger goes back",
        right="lost, ledger-went-back, state-repaired",
        happens=_cut_with_its_revision,
    ),
    SharedState(name="a backup restored", right="ledger-went-back", happens=_backup_restored),
    SharedState(
        name="lock removed while it is held", right="lock-missing, locks", happens=_lock_removed_while_it_is_held
    ),
    SharedState(name="threads of two writers", happens=_threads_of_two_writers),
    SharedState(name="two writers in turn", happens=_two_writers_in_turn),
    SharedState(name="state.json touched and written as it is", happens=_touched),
    SharedState(name="a writer died before its rename", happens=_writer_died_before_its_rename),
)
