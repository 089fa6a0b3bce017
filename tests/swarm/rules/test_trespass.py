"""Who may write which file, and what is said of who wrote another one's."""

import pytest

from swarm.config.policy import Policy, ScopePolicy
from swarm.model.causes import ProblemCode
from swarm.model.snapshot import Problem
from swarm.model.values import replace
from swarm.model.writes import Territory
from swarm.rules.due_for_problems import due_for_problems
from swarm.rules.trespass import (
    Evidence,
    Trespass,
    due_to_freeze,
    may_write,
    owner_of,
    problem_of,
)
from swarm.rules.verdicts import verdicts
from tests.support.swarms import NOW, POLICY, a_snapshot, a_view

IDEA = Territory("g/idea", ("agents/g/idea", "docs"), scoped=True, confined=False)
HELPER = Territory("g/idea/helper", ("agents/g/idea/helper",), scoped=False, confined=False)
HELD = Territory("g/idea/held", ("agents/g/idea/held", "docs/part"), scoped=True, confined=False)
OTHER = Territory("g/other", ("agents/g/other",), scoped=False, confined=False)
META = Territory("g", ("agents/g",), scoped=False, confined=False)
ALL = (IDEA, HELPER, HELD, OTHER, META)


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("docs/page.md", "g/idea"),
        ("docs/part/x", "g/idea/held"),
        ("agents/g/idea/helper/notes", "g/idea/helper"),
        ("agents/g/gone/notes", "g"),
        ("docs-2/page.md", ""),
    ],
)
def test_a_file_is_whose_innermost_place_it_lies_in(path: str, owner: str) -> None:
    assert owner_of(path, ALL) == owner


@pytest.mark.parametrize(
    ("writer", "path", "may"),
    [
        (IDEA, "docs/page.md", True),
        (IDEA, "docs/part/x", True),
        (HELPER, "docs/page.md", True),
        (META, "docs/page.md", True),
        (OTHER, "docs/page.md", False),
        (HELD, "docs/page.md", False),
        (OTHER, "notes.md", True),
        (IDEA, "notes.md", False),
        (OTHER, "agents/g/idea/plan.md", False),
        (HELPER, "agents/g/idea/plan.md", True),
        (HELPER, "agents/g/idea/progress.md", False),
        (IDEA, "agents/g/idea/helper/results.json", False),
    ],
)
def test_an_agent_writes_its_own_and_what_it_was_given(writer: Territory, path: str, may: bool) -> None:
    assert may_write(writer, path, owner_of(path, ALL)) is may


def test_what_is_said_names_the_files_and_whose_they_are() -> None:
    found = [Trespass("docs/a\x1b[2J", "g/idea", Evidence.COUNTED), Trespass("notes.md", "", Evidence.OPEN)]
    problem = problem_of(found)
    assert problem is not None
    assert problem.code is ProblemCode.TRESPASS
    assert problem.text.startswith("it wrote docs/a, which g/idea owns; and notes.md, outside of its scope (")
    assert problem_of([]) is None
    only = problem_of(found[1:])
    assert only is not None
    assert only.code is ProblemCode.OUTSIDE


@pytest.mark.parametrize("then", ["alert", "freeze", "stop"])
def test_the_policy_says_what_follows_and_spares_whom_a_person_has_judged(then: str) -> None:
    policy = replace(POLICY, scope=ScopePolicy(then=then))  # type: ignore[arg-type]
    problem = Problem(ProblemCode.TRESPASS, "it wrote docs/page.md, which g/idea owns")
    guilty = a_view("fixer", problems=(problem,))
    held = a_view("held", problems=(problem,), held_until=500)
    paused = a_view("paused", problems=(problem,), paused=NOW.awake - 60)
    snapshot = a_snapshot(guilty, held, paused, a_view("beside"))
    judged = verdicts(snapshot, policy, NOW)
    assert set(due_for_problems(snapshot, judged, policy, between=True)) == ({guilty.id} if then == "stop" else set())
    assert set(due_to_freeze(snapshot, judged, policy)) == ({guilty.id} if then == "freeze" else set())


def test_a_write_is_frozen_by_default_because_that_loses_nothing() -> None:
    assert Policy().scope.then == "freeze"
