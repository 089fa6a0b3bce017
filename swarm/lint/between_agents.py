"""What shows only beside other agents: two owners of a path, and more agents in a subtree than it has slots."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from swarm.lint.subject import Subject
from swarm.model.lint import Breach, Rule
from swarm.protocol.owned_paths import lies_in, overlap
from swarm.sanitize import clean


def check(subjects: Sequence[Subject]) -> Iterator[Breach]:
    """What agents that are not over break together; the later one in the tree is told."""
    at_work = [subject for subject in subjects if not subject.over and subject.view.spec is not None]
    yield from _of_owners(at_work)
    yield from _of_budgets(at_work)


def _of_owners(subjects: Sequence[Subject]) -> Iterator[Breach]:
    owned: list[tuple[str, str]] = []
    for subject in subjects:
        spec = subject.view.spec
        # In a worktree each has a copy of its own: what overlaps there meets when it is merged, and git says so.
        if spec is None or spec.worktree is not None:
            continue
        for path in spec.owns:
            for other, theirs in owned:
                above = subject.view.id.startswith(f"{other}/")
                if overlap(path, theirs) and not (above and lies_in(path, theirs)):
                    text = f"it owns {clean(path, 200)}, and {other} owns {clean(theirs, 200)}"
                    yield subject.breach(Rule.OWNERS, "agent.json", text)
        owned += [(subject.view.id, path) for path in spec.owns]


def _of_budgets(subjects: Sequence[Subject]) -> Iterator[Breach]:
    below: defaultdict[str, int] = defaultdict(int)
    for subject in subjects:
        if subject.view.parent and subject.view.spec is not None:
            below[subject.view.parent] += subject.view.spec.slots
    for subject in subjects:
        spec = subject.view.spec
        if spec is None or subject.view.id == subject.policy.root.id:
            continue
        if (given := below[subject.view.id]) > spec.slots - 1:
            text = f"it has {spec.slots} slots for its subtree, itself included, and gave {given} to those below it"
            yield subject.breach(Rule.BUDGET, "agent.json", text)
