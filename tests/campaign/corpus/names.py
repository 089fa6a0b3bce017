"""Wrong names: files that the engine would pass over, and inputs under whose names an agent finds nothing."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from swarm.admission.spawn_fields import inputs
from swarm.errors import Refused
from swarm.home.context import Home
from swarm.ledger.ledger import Ledger
from swarm.model.causes import ProblemCode
from swarm.protocol.paths import Layout
from tests.campaign.case import HONEST, Case
from tests.support.clocks import FakeClock
from tests.support.trees import Grove, enter, record_of, scanner_of, view_in

MISSPELT, INPUT, REFUSED = ProblemCode.MISSPELT.value, ProblemCode.INPUT.value, "refused"


@dataclass(frozen=True, kw_only=True)
class NameCase(Case):
    """A file that an agent has written into its directory."""

    failure: int = 2
    beside: tuple[str, ...] = ()
    """The protocol's files that it has written, too."""


@dataclass(frozen=True, kw_only=True)
class InputCase(Case):
    """What becomes of `content/day3.md` before an agent that is to read it is spawned, or while it runs."""

    failure: int = 2
    happens: Callable[[Path], object]
    before: bool = False
    """It happens before the spawn."""
    path: str = "content/day3.md"
    owns: tuple[str, ...] = ()


def judge(case: Case, directory: Path) -> str:
    """The problem that the agent's row shows; REFUSED where it is not spawned."""
    return _judge_name(case, directory) if isinstance(case, NameCase) else _judge_input(case, directory)


def _judge_name(case: NameCase, directory: Path) -> str:
    grove = Grove(directory)
    agent = grove.agent("worker-1")
    for name in (case.name, *case.beside):
        (agent.path / name).write_text("{}" if name.endswith(".json") else "2026-02-28 09:33 - Working.\n")
    problems = scanner_of(grove.layout).full().agents[0].problems
    return MISSPELT if any(problem.code is ProblemCode.MISSPELT for problem in problems) else HONEST


def _judge_input(case: Case, directory: Path) -> str:
    assert isinstance(case, InputCase)
    layout, clock = Layout(directory), FakeClock()
    (directory / "content").mkdir(parents=True)
    (directory / "content" / "day3.md").write_text("Three pricing pages.\n")
    if case.before:
        case.happens(directory)
    try:
        inputs(layout, (case.path,))
    except Refused:
        return REFUSED
    layout.policy.write_text("")
    Ledger.create(layout, clock)
    grove = Grove(directory, foreign=False)
    grove.managed("worker-1", inputs=[case.path], owns=list(case.owns))
    enter(Home.open(layout, clock=clock), record_of("worker-1"))
    if not case.before:
        case.happens(directory)
    codes = {problem.code for problem in view_in(scanner_of(layout, clock).full(), "worker-1").problems}
    return INPUT if ProblemCode.INPUT in codes else HONEST


def _becomes_directory(root: Path) -> None:
    (root / "content" / "day3.md").unlink()
    (root / "content" / "day3.md").mkdir()
    (root / "content" / "day3.md" / "a.md").write_text("x")


SLIPS = (
    *("progress.txt", ".progress.md", "Progress.md", "PROGRESS.TXT", "progess.log", "progress", "progress.md.txt"),
    *("progress (1).md", "progress-2.md", "progress.markdown", "porgress.txt", "progress.json", "progress.md "),
    *("results.yaml", "result.yml", ".results.json", "results.json.txt", "resuts.json", "RESULTS.JSON", "results.toml"),
    *("done.json", "Done.yaml", "finished.json", "completed.json"),
)
OWN = (
    *("results.csv", "results.md", "results.txt", "results.html", "results.xml", "report.json", "summary.json"),
    *("status.json", "output.json", "final.json", "package.json", "process.md", "notes.md", "progress.png", "done.txt"),
    *(
        "progress.py",
        "progress_report.md",
        "progress.md~",
        ".progress.md.swp",
        "._progress.md",
        ".done",
        "congress.txt",
    ),
)
CASES: tuple[Case, ...] = (
    *(NameCase(name=name, right=MISSPELT) for name in SLIPS),
    *(NameCase(name=name) for name in OWN),
    *(
        NameCase(name=name, beside=("progress.md", "results.json"))
        for name in ("progress.log", "done.yaml", "results.jsonl")
    ),
    InputCase(name="removed", right=INPUT, happens=lambda root: (root / "content" / "day3.md").unlink()),
    InputCase(
        name="renamed",
        right=INPUT,
        happens=lambda root: (root / "content" / "day3.md").rename(root / "content" / "day3-mar1.md"),
    ),
    InputCase(name="emptied", right=INPUT, happens=lambda root: (root / "content" / "day3.md").write_text("")),
    InputCase(
        name="only blanks left", right=INPUT, happens=lambda root: (root / "content" / "day3.md").write_text("\n")
    ),
    InputCase(name="its directory removed", right=INPUT, happens=lambda root: shutil.rmtree(root / "content")),
    InputCase(name="a directory in its place", right=INPUT, happens=_becomes_directory),
    InputCase(
        name="a directory emptied",
        right=INPUT,
        path="content/",
        happens=lambda root: (root / "content" / "day3.md").unlink(),
    ),
    InputCase(name="left as it is", happens=lambda _: None),
    InputCase(name="rewritten", happens=lambda root: (root / "content" / "day3.md").write_text("Four pricing pages.")),
    InputCase(
        name="a directory in which files change", path="content/", happens=lambda root: (root / "content" / "b").touch()
    ),
    InputCase(
        name="moved by the agent that owns it",
        owns=("content",),
        happens=lambda root: (root / "content" / "day3.md").rename(root / "content" / "done.md"),
    ),
    InputCase(
        name="missing at the spawn",
        right=REFUSED,
        before=True,
        happens=lambda root: (root / "content" / "day3.md").unlink(),
    ),
    InputCase(
        name="empty at the spawn",
        right=REFUSED,
        before=True,
        happens=lambda root: (root / "content" / "day3.md").write_text(""),
    ),
    InputCase(
        name="a directory, where a file is meant", right=REFUSED, before=True, path="content", happens=lambda _: None
    ),
    InputCase(name="a directory that is meant", before=True, path="content/", happens=lambda _: None),
)
