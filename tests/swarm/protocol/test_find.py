"""Which directories are agents: one rule, for the walk and for the scan."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swarm.protocol.find import MAX_DEPTH, walk
from swarm.protocol.paths import Layout
from swarm.scan.tree import Tree


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path)
    layout.agents.mkdir(parents=True)
    return layout


def make(layout: Layout, *paths: str) -> None:
    """Files by their path below the agents."""
    for path in paths:
        file = layout.agents / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


def scanned(layout: Layout, ignore: tuple[str, ...] = ()) -> list[str]:
    """The ids that the scan takes for agents."""
    tree = Tree(layout, ignore)
    tree.look()
    return sorted((each.id for each in tree.directories.values() if each.is_agent), key=lambda known: known.split("/"))


def test_any_file_of_the_protocol_makes_an_agent_and_directories_between_only_group(layout: Layout) -> None:
    make(layout, "root/agent.json", "root/team/w2/progress.md", "root/team/w1/task.md", "b/results.json", "c/notes.md")
    assert list(walk(layout)) == ["b", "root", "root/team/w1", "root/team/w2"]


def test_the_directory_of_all_agents_is_none_itself(layout: Layout) -> None:
    make(layout, "task.md", "a/task.md")
    assert list(walk(layout)) == ["a"]


def test_logs_work_and_what_the_policy_ignores_are_not_searched(layout: Layout) -> None:
    make(layout, *(f"a/{name}/b/task.md" for name in ("log", "work", ".run", ".git", "node_modules", "venv-3", "c")))
    assert list(walk(layout, ["venv-*"])) == ["a/c/b"]


def test_links_are_not_followed(layout: Layout) -> None:
    make(layout, "a/task.md")
    (layout.agents / "b").symlink_to(layout.agents / "a")
    assert list(walk(layout)) == ["a"]


def test_depth_is_bounded(layout: Layout) -> None:
    deep = "/".join(["d"] * MAX_DEPTH)
    make(layout, f"{deep}/task.md", f"{deep}/d/task.md")
    assert list(walk(layout)) == [deep]
    assert list(walk(layout, depth=3)) == []


NAMES = st.sampled_from(["a", "b-1", "Odd Name", "work", ".git", "skip-me", "team"])
FILES = st.sampled_from(["agent.json", "task.md", "progress.md", "results.json", "notes.md", "exit.json"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.lists(NAMES, max_size=4), FILES), max_size=8))
def test_the_walk_and_the_scan_find_the_same_agents(
    tmp_path_factory: pytest.TempPathFactory, files: list[tuple[list[str], str]]
) -> None:
    layout = Layout(tmp_path_factory.mktemp("home"))
    layout.agents.mkdir(parents=True)
    make(layout, *("/".join([*directories, name]) for directories, name in files))
    assert sorted(walk(layout, ["skip-*"]), key=lambda known: known.split("/")) == scanned(layout, ("skip-*",))
