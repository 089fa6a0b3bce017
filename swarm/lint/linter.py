"""Checks every rule of the protocol on a home, on one agent with all below it, or on a foreign tree. Only reads."""

from collections.abc import Iterator

from swarm.home.context import Home
from swarm.lint import between_agents, brief_file, home_files, progress_file, results_file, seen, spec_file
from swarm.lint.subject import Subject
from swarm.model.lint import Breach, LintReport
from swarm.model.snapshot import Snapshot


def lint(home: Home, snapshot: Snapshot, agent: str = "") -> LintReport:
    """What breaks the protocol, by path and line. agent: its id, for it and all below it; '' for all."""
    layout = home.layout
    every = [
        Subject(view, layout.agent(view.id), layout, home.policy)
        for view in snapshot.agents
        if view.inner is None and view.stray is None
    ]
    subjects = [each for each in every if each.files.path.is_dir()]
    meant = [each for each in subjects if not agent or each.view.id == agent or each.view.id.startswith(f"{agent}/")]
    found = set[Breach]()
    if not agent:
        found.update(home_files.check(home), seen.check_tree(layout, snapshot))
    roles = home_files.usable_roles(home)
    for subject in meant:
        found.update(_of_agent(subject, roles))
    chosen = {each.view.id for each in meant}
    found.update(each for each in between_agents.check(subjects) if each.agent in chosen)
    return LintReport(str(layout.root), layout.foreign, len(meant), tuple(sorted(found)))


def _of_agent(subject: Subject, roles: frozenset[str] | None) -> Iterator[Breach]:
    yield from seen.check(subject)
    yield from spec_file.check(subject, roles)
    yield from brief_file.check(subject)
    yield from progress_file.check(subject)
    yield from results_file.check(subject)
