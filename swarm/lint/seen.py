"""What a scan found wrong with files, as breaches: the same verdict on every surface."""

from collections.abc import Iterator, Mapping

from swarm.lint.subject import Subject, shown
from swarm.model.causes import ProblemCode
from swarm.model.lint import Breach, Rule, breach
from swarm.model.snapshot import Problem, Snapshot
from swarm.protocol.paths import AGENT_FILES, Layout

RULES: Mapping[ProblemCode, Rule] = {
    ProblemCode.BAD_NAME: Rule.NAME,
    ProblemCode.TWIN: Rule.TWIN,
    ProblemCode.LINK: Rule.LINK,
    ProblemCode.MISSPELT: Rule.MISSPELT,
    ProblemCode.UNREADABLE: Rule.UNREADABLE,
    ProblemCode.DIRECTORY_MISSING: Rule.UNREADABLE,
    ProblemCode.SPEC_INVALID: Rule.SPEC,
    ProblemCode.RECORD_MISSING: Rule.SPEC,
    ProblemCode.RESULTS_INVALID: Rule.RESULTS,
    ProblemCode.OVER_BUDGET: Rule.BUDGET,
    ProblemCode.GHOST: Rule.BUDGET,
    ProblemCode.TIER: Rule.TIER,
    ProblemCode.OUTSIDE: Rule.OWNERS,
    ProblemCode.TRESPASS: Rule.OWNERS,
    ProblemCode.SAME_FILE: Rule.OWNERS,
    ProblemCode.ROLE_UNREAD: Rule.BRIEF_ROLE,
}
"""Problems that are breaches of a rule on disk. Others tell of a process, or of what a rule of the linter looks at."""


def check(subject: Subject) -> Iterator[Breach]:
    """What a scan found wrong with one agent."""
    for problem in subject.view.problems:
        if (rule := RULES.get(problem.code)) is not None:
            yield subject.breach(rule, _file(problem), problem.text)


def check_tree(layout: Layout, snapshot: Snapshot) -> Iterator[Breach]:
    """What it found wrong with the tree of directories, and belongs to no one's view."""
    for owner, problem in snapshot.problems:
        if (rule := RULES.get(problem.code)) is not None:
            path = layout.agent(owner).path if owner else layout.agents
            yield breach(rule, shown(layout, path), problem.text, agent=owner)


def _file(problem: Problem) -> str:
    """The file that a problem speaks of; '' for the directory."""
    first = problem.text.split(" ", 1)[0].removesuffix(":")
    return first if first in (*AGENT_FILES, "exit.json", "inbox.md") else ""
