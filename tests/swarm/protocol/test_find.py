"""Which directories are agents: one rule, for the walk and for the scan."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swarm.protocol.find import MAX_DEPTH, walk
from swarm.protocol.paths import Layout
from swarm.tracking.tree import Tree


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


OTHERS = {
    "a clone": ("r/a/shop/.git/HEAD", "r/a/shop/progress.md", "r/a/shop/packages/web/task.md"),
    "a submodule": ("r/a/lib/.git", "r/a/lib/results.json"),
    "a checkout of another system": ("r/a/shop/.hg/x", "r/a/shop/docs/progress.md"),
    "an unpacked archive": ("r/a/shop-1.4/package.json", "r/a/shop-1.4/progress.md", "r/a/shop-1.4/docs/task.md"),
    "a nested home": ("r/a/home/swarm.toml", "r/a/home/swarm/agents/x/agent.json"),
    "libraries": (
        "r/a/vendor/x/progress.md",
        "r/a/.venv/lib/task.md",
        "r/a/target/progress.md",
        "r/a/dist/results.json",
    ),
    "a clone into the agent's own directory": ("r/a/.git/HEAD", "r/a/docs/progress.md", "r/a/bench/results.json"),
    "an agent.json of another program": ("r/a/shop/.git/HEAD", "r/a/shop/agent.json"),
}


@pytest.mark.parametrize("what", OTHERS)
def test_documents_of_others_below_an_agent_are_no_agents(layout: Layout, what: str) -> None:
    make(layout, "r/agent.json", "r/a/agent.json", "r/a/plain/progress.md", *OTHERS[what])
    for name in ("r/a/shop/agent.json", "r/a/home/swarm/agents/x/agent.json"):
        if (layout.agents / name).exists():
            (layout.agents / name).write_text('{"name": "shop", "capabilities": []}')
    plain = [] if "own directory" in what else ["r/a/plain"]
    assert list(walk(layout)) == ["r", "r/a", *plain] == scanned(layout)


@pytest.mark.parametrize("name", ["w", "target", "dist", "vendor", "build"])
def test_an_agent_of_ours_in_a_checkout_is_one_whatever_it_is_called(layout: Layout, name: str) -> None:
    make(layout, "r/agent.json", "r/a/agent.json", "r/a/.git/HEAD", "r/a/package.json", f"r/a/{name}/task.md")
    (layout.agents / "r/a" / name / "agent.json").write_text(f'{{"id": "r/a/{name}", "spawn_id": "s-1"}}')
    (layout.agents / "r/a/agent.json").write_text('{"id": "r/a", "spawn_id": "s-0"}')
    assert list(walk(layout)) == ["r", "r/a", f"r/a/{name}"] == scanned(layout)


def test_a_tree_of_others_that_is_a_checkout_itself_is_searched(layout: Layout) -> None:
    make(layout, ".git/HEAD", "package.json", "team/a/progress.md", "team/README.md")
    assert list(walk(layout)) == ["team/a"] == scanned(layout)


def test_what_becomes_a_checkout_or_an_agent_later_is_judged_anew(layout: Layout) -> None:
    make(layout, "r/agent.json", "r/a/shop/web/progress.md", "r/b/shop/package.json", "r/b/shop/web/progress.md")
    tree = Tree(layout)
    tree.look()
    assert tree.directories["r/a/shop/web"].is_agent
    assert "r/b/shop/web" not in tree.directories
    make(layout, "r/a/shop/.git/HEAD")
    (layout.agents / "r/b/shop/package.json").unlink()
    tree.look()
    assert "r/a/shop/web" not in tree.directories
    assert tree.directories["r/b/shop/web"].is_agent
