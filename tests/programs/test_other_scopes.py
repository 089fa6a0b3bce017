"""Codex, Gemini and OpenCode held to their scope, whatever their models try; and our tools inside of it."""

from pathlib import Path

import pytest

from swarm.errors import Refused
from swarm.model.record import Ending
from tests.support.model_scripts import Answer, Seen, Usage, call, say, shell, write
from tests.support.program_home import ENDS_S, ProgramHome, needs

PROGRAMS = ()
OTHERS = ("codex", "gemini", "opencode")
OURS = {"codex": "mcp__swarm::{}", "gemini": "mcp_swarm_{}", "opencode": "swarm_{}"}
PATCH = "apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: {path}\n+hello\n*** End Patch\nEOF"


@pytest.fixture(params=OTHERS)
def other(request: pytest.FixtureRequest) -> str:
    """One of the other programs; skipped where it is not there."""
    needs(request.param)
    return str(request.param)


def file_tool(program: str, path: Path | str, seen: Seen) -> Answer:
    """Writes a file as the program's own file tool does: Codex patches."""
    return shell(PATCH.format(path=path)) if program == "codex" else write(path, "hello")


def our_tool(program: str, tool: str, **given: object) -> Answer:
    return call(OURS[program].format(tool), usage=Usage(1, 1), **given)


def attempts(program: str, mine: Path, owned: Path, outside: Path, ends: list[Answer]) -> list[Answer]:
    """Everything that a model may try, then `ends`."""
    seen: Seen = None  # type: ignore[assignment]  # these answers do not look at it
    return [
        file_tool(program, outside / "tool.md", seen),
        file_tool(program, mine / ".." / "outside-by-dots.md", seen),
        shell(f"echo x > {outside}/redirect.md"),
        shell(f"python3 -c \"open('{outside}/script.md', 'w').write('x')\""),
        shell(f"ln -s {outside} {mine}/link; echo x > {mine}/link/by-link.md"),
        file_tool(program, mine / "link" / "tool-by-link.md", seen),
        file_tool(program, mine / "own.md", seen),
        file_tool(program, owned / "owned.md", seen),
        *ends,
    ]


def written(directory: Path) -> set[str]:
    return {path.name for path in directory.rglob("*") if path.is_file()}


def test_an_agent_that_owns_a_directory_writes_there_and_in_its_own_only(real: ProgramHome, other: str) -> None:
    mine = real.agent("worker-1").path
    owned, outside = real.root / "site", real.root / "elsewhere"
    owned.mkdir()
    outside.mkdir()
    by_shell = [shell('swarm-tui progress "By shell."')] if other == "codex" else []
    ends = [
        *by_shell,
        our_tool(other, "progress", text="Tried everything.", outputs=1),
        our_tool(other, "done", summary="it is there"),
        say("Done."),
    ]
    real.use(other, attempts(other, mine, owned, outside, ends))
    real.start("worker-1", other, owns=("site",))
    view = real.ended("worker-1", 2 * ENDS_S)
    assert written(outside) == set(), real.said("worker-1")
    assert not (mine.parent / "outside-by-dots.md").exists()
    assert (mine / "own.md").read_text().strip() == "hello"
    assert (owned / "owned.md").read_text().strip() == "hello"
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    sentences = [line.sentence for line in view.progress.lines]
    assert sentences == [*(["By shell."] if by_shell else []), "Tried everything."]


def test_an_agent_that_only_observes_writes_in_its_own_directory_only(real: ProgramHome, other: str) -> None:
    mine = real.agent("looker-1").path
    owned, outside = real.root / "site", real.root / "elsewhere"
    owned.mkdir()
    outside.mkdir()
    real.use(other, attempts(other, mine, owned, outside, [say("Done.")]))
    real.start("looker-1", other, role="improvement")
    view = real.ended("looker-1", 2 * ENDS_S)
    assert view.spec is not None
    assert view.spec.scope == "observe"
    assert written(outside) == written(owned) == set(), real.said("looker-1")
    assert (mine / "own.md").read_text().strip() == "hello"


def test_the_engines_files_are_nobodys_to_write(real: ProgramHome, other: str) -> None:
    mine = real.agent("looker-1").path
    seen: Seen = None  # type: ignore[assignment]  # these answers do not look at it
    names = ("agent.json", ".run/launch.json", ".run/new", "log/stdout")
    tries = [file_tool(other, mine / name, seen) for name in names]
    by_shell = [shell(f"for name in {' '.join(names)}; do echo x >> {mine}/$name; done; mktemp && echo ok > own.md")]
    real.use(other, [*tries, *by_shell, file_tool(other, mine / "last.md", seen), say("Done.")])
    real.start("looker-1", other, role="improvement")
    real.ended("looker-1", 2 * ENDS_S)
    assert (mine / "last.md").read_text().strip() == "hello", real.said("looker-1")
    assert (mine / "own.md").exists() is (other == "codex")
    assert "hello" not in (mine / "agent.json").read_text()
    assert not (mine / ".run" / "new").exists()
    for name in names:
        path = mine / name
        assert not path.exists() or not path.read_text(errors="replace").rstrip().endswith(("x", "hello")), name


def test_no_agents_of_the_programs_own_are_offered(real: ProgramHome, other: str) -> None:
    real.use(other, [say("Done.")])
    real.start("worker-1", other)
    real.ended("worker-1")
    tools = {tool for seen in real.asked(other) for tool in seen.tools}
    assert tools
    assert not [tool for tool in tools if ("agent" in tool and "swarm" not in tool) or tool == "task"], tools


@pytest.mark.parametrize("program", ["codex", "gemini"])
def test_a_path_that_cannot_be_held_is_refused_before_anything_is_made(real: ProgramHome, program: str) -> None:
    needs(program)
    real.use(program, [say("Done.")])
    (real.root / "page.md").write_text("hello")
    for path in ("not/there", "page.md"):
        with pytest.raises(Refused) as refused:
            real.start("worker-1", program, owns=(path,))
        assert refused.value.code == "scope"
    assert not real.agent("worker-1").path.exists()
