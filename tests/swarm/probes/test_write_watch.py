"""Failure 10, while agents run: who writes what another one owns is seen within a scan; who ran beside it is not."""

import json
import time
from collections.abc import Sequence

import pytest

from swarm.model.causes import ProblemCode
from swarm.model.record import Record
from swarm.probes import write_watch
from swarm.probes.write_books import STAMP_S, Between, WriteBooks
from swarm.scan.scanner import Scanner
from tests.support.homes import LiveHome
from tests.support.wait import wait_for

LOUD = {ProblemCode.TRESPASS, ProblemCode.OUTSIDE, ProblemCode.SAME_FILE}
QUIET = "sleep 300"
REPORTS = "while :; do swarm-tui progress 'page 17 of 400'; sleep 0.2; done"
WRITES_ITS_OWN = "n=0; while :; do n=$((n+1)); echo $n > own.txt; echo line $n >> more.txt; echo $n; sleep 0.05; done"
WRITES_ELSEWHERE = "while :; do date >> {elsewhere}; sleep 0.07; done"
ADDS = "while :; do echo {name} was here >> {root}/docs/page.md; sleep 0.7; done"
REPLACES = (
    "while :; do n=$n.; echo $n > t; cp t {root}/docs/.new && mv {root}/docs/.new {root}/docs/page.md; "
    "swarm-tui progress 'I tidy up'; sleep 1.3; done"
)
HOLDS_OPEN = "exec 7>> {root}/docs/held.md; while :; do echo {name} >&7; sleep 0.2; done"
OWNER_WORKS = "while :; do echo page >> {root}/docs/own.md; sleep 0.11; done"


class Watched:
    """A home that is looked at again and again, as a control room does it."""

    def __init__(self, home: LiveHome) -> None:
        self.home = home
        (home.root / "docs").mkdir()
        (home.root / "docs" / "page.md").write_text("before\n")
        home.rules(more='\n[programs.command]\nscope = "narrow"\n')
        home.swarm = home.open()
        self.scanner = Scanner(home.home)
        self.looks = 0
        self.codes: set[ProblemCode] = set()

    def runs(self, name: str, script: str, **more: object) -> None:
        words = script.format(name=name, root=self.home.root, elsewhere=self.home.root.parent / f"{name}.log")
        self.home.spawn(name, "sh", "-c", words, **more)

    def look_again(self) -> None:
        """Looks until two further looks are over."""
        until = self.looks + 2
        wait_for(lambda: self.said() is not None and self.looks >= until, "another look")

    def said(self) -> dict[str, str]:
        """What is said of whom after one look, by name."""
        snapshot = self.scanner.paced()
        loud = [(view.name, each) for view in snapshot.agents for each in view.problems if each.code in LOUD]
        self.codes = {problem.code for _, problem in loud}
        return {name: problem.text for name, problem in loud}


@pytest.fixture
def watched(live_home: LiveHome, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """A home whose owners of files are not boxed, and that is looked at more often than a person would notice."""
    monkeypatch.setattr(write_watch, "EVERY_S", 0.05)
    monkeypatch.setattr(write_watch, "SHARE", 1.0)
    monkeypatch.setattr(write_watch, "CLOSE_SHARE", 1.0)
    watched = Watched(live_home)
    look = WriteBooks.look

    def counted(books: WriteBooks, records: Sequence[Record]) -> Between | None:
        found = look(books, records)
        watched.looks += 1
        return found

    monkeypatch.setattr(WriteBooks, "look", counted)
    return watched


def test_failure_10_who_writes_what_another_owns_or_outside_of_its_scope_is_named_and_no_bystander(
    watched: Watched,
) -> None:
    watched.runs("owner", OWNER_WORKS, owns=("docs",))
    for name, beside in (
        ("quiet", QUIET),
        ("crawler", REPORTS),
        ("builder", WRITES_ITS_OWN),
        ("logger", WRITES_ELSEWHERE),
    ):
        watched.runs(name, beside)
    watched.said()
    watched.runs("adder", ADDS)
    watched.runs("holder", HOLDS_OPEN)
    watched.runs("audit", "while :; do echo fixed it >> {root}/fixes.md; sleep 0.9; done", role="improvement")
    named = {"adder", "holder", "audit"}
    wait_for(lambda: named <= watched.said().keys(), "all three to be named", 60.0)
    said = watched.said()
    assert said.keys() == named
    assert "docs/page.md, which genesis-01/owner owns (what its processes wrote fits" in said["adder"]
    assert "docs/held.md, which genesis-01/owner owns (a process of it holds the file open" in said["holder"]
    assert "it wrote fixes.md, outside of its scope" in said["audit"]


def test_failure_10_who_replaces_a_file_of_another_and_reports_beside_it_is_named(watched: Watched) -> None:
    watched.runs("owner", OWNER_WORKS, owns=("docs",))
    watched.runs("fixer", REPLACES)
    wait_for(lambda: "fixer" in watched.said(), "the trespasser to be named", 60.0)
    assert watched.said().keys() == {"fixer"}


def test_failure_10_what_is_not_an_agents_doing_or_is_its_to_do_accuses_nobody(watched: Watched) -> None:
    """The operator writes beside agents, who was given a part of the work writes there, and two write one file."""
    page = watched.home.root / "docs" / "page.md"
    watched.runs("owner", OWNER_WORKS, owns=("docs",), slots=2)
    watched.runs("crawler", REPORTS)
    watched.runs("builder", WRITES_ITS_OWN)
    helper = f"while :; do echo part >> {page.parent}/part.md; sleep 0.13; done"
    watched.home.spawn("helper", "sh", "-c", helper, parent=watched.home.id("owner"))
    watched.said()
    for number in range(12):
        page.write_text(f"the operator's version {number}\n" * (number + 1))
        watched.look_again()
    assert watched.said() == {}
    for name, pause in (("one", 0.9), ("other-one", 0.7)):
        watched.runs(name, f"while :; do echo {{name}} notes >> {{root}}/notes.md; sleep {pause}; done")
    wait_for(lambda: {"one", "other-one"} <= watched.said().keys(), "both to be named", 60.0)
    said = watched.said()
    assert said.keys() == {"one", "other-one"}
    assert "notes.md was written by genesis-01/other-one too, within a heartbeat" in said["one"]
    assert "notes.md was written by genesis-01/one too" in said["other-one"]
    assert watched.codes == {ProblemCode.SAME_FILE}


def call(key: str, path: str, *, refused: bool = False) -> str:
    """A file tool of Claude Code's that is called, and what comes back."""
    use = {"type": "tool_use", "id": key, "name": "Write", "input": {"file_path": path, "content": "fixed"}}
    back = {"type": "tool_result", "tool_use_id": key, "content": "no" if refused else "written", "is_error": refused}
    lines = ({"type": "assistant", "message": {"content": [use]}}, {"type": "user", "message": {"content": [back]}})
    return "".join(json.dumps(line) + "\n" for line in lines)


def test_failure_10_what_an_agents_own_tool_call_wrote_is_proof_and_what_was_refused_is_none(watched: Watched) -> None:
    home = watched.home
    home.rules(more='\n[programs.command]\nscope = "narrow"\nformat = "claude"\n')
    home.swarm = home.open()
    watched.scanner = Scanner(home.home)
    page = str(home.root / "docs" / "page.md")
    watched.runs("owner", QUIET, owns=("docs",))
    for name in ("fixer", "refused", "honest"):
        watched.runs(name, QUIET)
    watched.said()
    for name, printed in (
        ("refused", call("t1", page, refused=True)),
        ("honest", call("t1", "notes.md") + call("t2", str(home.root / "shared.md"))),
        ("owner", call("t1", page)),
        ("fixer", call("t1", page)),
    ):
        with home.agent(name).stdout.open("a") as output:
            output.write(printed)
    wait_for(lambda: "fixer" in watched.said(), "the trespasser to be named")
    said = watched.said()
    assert said.keys() == {"fixer"}
    assert "it wrote docs/page.md, which genesis-01/owner owns (a tool call of its own did it)" in said["fixer"]


def test_failure_10_what_was_written_while_no_agent_wrote_is_no_agents_doing(live_home: LiveHome) -> None:
    (live_home.root / "docs").mkdir()
    page, go = live_home.root / "docs" / "page.md", live_home.root.parent / "go"
    script = f"while [ ! -e {go} ]; do sleep 0.05; done; echo mine > {live_home.root}/docs/mine.md; sleep 300"
    live_home.spawn("worker-1", "sh", "-c", script)
    books, records = WriteBooks(live_home.home), [live_home.record("worker-1")]
    wait_for(lambda: books.look(records) is None and books.look(records) is None, "a look at an agent that waits")
    page.write_text("of the operator\n")
    wait_for(lambda: time.time() > page.stat().st_ctime + 2 * STAMP_S, "some time to pass")
    assert books.look(records) is None
    go.touch()
    found: list[str] = []

    def seen() -> bool:
        found.extend(each.path for between in filter(None, [books.look(records)]) for each in between.writes)
        return bool(found)

    wait_for(seen, "what it wrote then")
    assert found == ["docs/mine.md"]


def test_a_home_with_more_files_than_can_be_watched_says_so(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swarm.probes.changes.MAX_ENTRIES", 5)
    watched.runs("owner", OWNER_WORKS, owns=["docs/own.md"])
    watched.runs("other", "sleep 300")

    def words() -> list[str]:
        watched.said()
        snapshot = watched.scanner.last
        return [one.text for _, one in snapshot.problems if one.code is ProblemCode.UNWATCHED] if snapshot else []

    wait_for(lambda: words() != [], "what is said of too many files")
    assert "[watch] ignore" in words()[0]
    monkeypatch.setattr("swarm.probes.changes.MAX_ENTRIES", 50_000)
    wait_for(lambda: words() == [], "nothing to be said any more")
