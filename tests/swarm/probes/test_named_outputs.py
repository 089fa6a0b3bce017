"""The outputs that results name: looked for where agents mean them, and nobody honest is accused."""

from pathlib import Path

import pytest

from swarm.model.review import DisputeKind
from swarm.probes.named_outputs import missing_outputs
from swarm.protocol.paths import Layout
from tests.support.swarms import a_spec

SPEC = a_spec("w", cwd="site")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path)
    own = layout.agent(SPEC.id).path
    for path in (own / "work" / "a.md", tmp_path / "site" / "index.html", tmp_path / "notes.md"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text")
    (own / "empty.md").touch()
    (own / "none.md").touch()
    return layout


@pytest.mark.parametrize(
    "named",
    [
        "work/a.md",
        "work",
        "work/",
        "./work/a.md",
        "index.html",
        "notes.md",
        "site/index.html",
        "swarm/agents/genesis-01/w/work/a.md",
        "`work/a.md`",
        "work/a.md (3 pages)",
        "work/a.md: the report",
        "work/*.md",
        "https://example.com/page",
        "/etc/hosts",
    ],
)
def test_what_is_there_is_found_however_an_agent_writes_it(layout: Layout, named: str) -> None:
    assert missing_outputs(layout, SPEC.id, SPEC, (named,)) == ()


@pytest.mark.parametrize("named", ["work/b.md", "gone/*.md", "", "a\0b", "../../../nowhere.md", "work/a.md.bak"])
def test_failure_9_what_is_named_and_not_there_is_said(layout: Layout, named: str) -> None:
    found = missing_outputs(layout, SPEC.id, SPEC, ("work/a.md", named))
    assert [(each.kind, each.about) for each in found] == [(DisputeKind.MISSING_OUTPUT, named)]


def test_failure_9_empty_files_alone_are_no_outputs(layout: Layout) -> None:
    assert missing_outputs(layout, SPEC.id, SPEC, ("empty.md", "work/a.md")) == ()
    found = missing_outputs(layout, SPEC.id, SPEC, ("empty.md", "none.md"))
    assert [each.kind for each in found] == [DisputeKind.EMPTY_OUTPUTS]
