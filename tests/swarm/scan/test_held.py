"""What a scan holds of each agent is held once, because a home has ten thousand of them."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.home.context import Home
from swarm.ledger.codec import ended_json
from swarm.model.record import Ending, Phase
from swarm.model.reports import ProgressLine
from swarm.model.values import replace
from swarm.protocol.paths import Layout
from swarm.scan.scanner import Scanner
from swarm.scan.view import ENDED_LINES
from swarm.store.jsonio import to_json
from swarm.tracking.suspects import Lines
from swarm.tracking.tracked_agent import TrackedAgent
from tests.support.trees import Grove, append, enter, record_of, view_in

LINES = tuple(f"2026-02-28 09:{minute:02d} - Page {minute} was read, and noted down." for minute in range(40))
PROGRESS = "".join(f"{line}\n" for line in LINES)


@pytest.fixture
def home(home_dir: Path) -> Home:
    """A made home."""
    return Home.open(Layout(home_dir))


def held(thing: object) -> Iterator[object]:
    """All values that can be reached from one, but for classes and functions; each once."""
    seen: set[int] = set()
    waiting = [thing]
    while waiting:
        found = waiting.pop()
        if id(found) in seen or isinstance(found, type) or callable(found):
            continue
        seen.add(id(found))
        yield found
        waiting.extend(gc.get_referents(found))


def tracked(scanner: Scanner, agent: str) -> TrackedAgent:
    return scanner._tracked[agent]


def test_lines_that_were_examined_are_not_held() -> None:
    lines = Lines()
    lines.take(LINES)
    assert set(LINES) <= {text for text in held(lines) if isinstance(text, str)}
    while lines.waits:
        lines.examine_next()
    assert not any(isinstance(text, str) for text in held(lines))


def test_who_is_over_holds_the_last_lines_only_and_once(home: Home) -> None:
    grove = Grove(home.layout.root, foreign=False)
    agent = grove.managed("worker-1", progress=PROGRESS)
    ended = replace(record_of("worker-1"), phase=Phase.ENDED, ending=Ending.DONE)
    agent.ended.write_bytes(to_json(ended_json(ended)))
    scanner = Scanner(home)
    view = view_in(scanner.full(), "worker-1")
    assert [line.sentence for line in view.progress.lines] == [line[19:] for line in LINES[-ENDED_LINES:]]
    assert sum(isinstance(each, ProgressLine) for each in held(tracked(scanner, "worker-1"))) == ENDED_LINES
    assert not any(line in LINES for line in held(tracked(scanner, "worker-1"))), "those that wait can be read again"
    assert tracked(scanner, "worker-1").last_words is view.progress


def test_who_lives_again_has_all_its_lines_again(home: Home) -> None:
    grove = Grove(home.layout.root, foreign=False)
    grove.managed("worker-1", progress=PROGRESS)
    record = record_of("worker-1")
    enter(home, replace(record, phase=Phase.ENDED, ending=Ending.DONE))
    scanner = Scanner(home)
    assert len(view_in(scanner.full(), "worker-1").progress.lines) == ENDED_LINES
    enter(home, record)
    scanner.full()
    assert len(view_in(scanner.full(), "worker-1").progress.lines) == len(LINES)


def test_ids_and_words_of_an_agents_files_are_one_text(home: Home) -> None:
    grove = Grove(home.layout.root, foreign=False)
    for name in ("idea", "idea/worker-1", "idea/worker-2"):
        agent = grove.managed(name, role="research-scout")
        ended = replace(record_of(name, role="research-scout"), phase=Phase.ENDED, ending=Ending.DONE)
        agent.ended.write_bytes(to_json(ended_json(ended)))
    scanner = Scanner(home)
    one, two = (view_in(scanner.full(), f"idea/worker-{number}") for number in (1, 2))
    assert one.spec is not None
    assert two.spec is not None
    assert one.record is not None
    assert one.spec.role is two.spec.role
    assert one.spec.role is one.record.role
    assert len({id(text) for text in (one.id, one.spec.id, one.record.id, tracked(scanner, one.id).id)}) == 1
    assert one.parent is tracked(scanner, "idea").id
    assert one.spec.env is two.spec.role_texts, "what is empty is one and the same"


def test_directories_that_hold_the_same_files_have_one_list_of_them(home: Home) -> None:
    grove = Grove(home.layout.root, foreign=False)
    for name in ("worker-1", "worker-2"):
        grove.managed(name, progress=PROGRESS)
    scanner = Scanner(home)
    scanner.full()
    one, two = (scanner.tree.directories[f"worker-{number}"] for number in (1, 2))
    assert one.files is two.files
    append(grove.agent("worker-2").results, "{}")
    scanner.full()
    assert one.files is not two.files
