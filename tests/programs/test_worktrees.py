"""Real agents commit in worktrees of their own, also where they are held, and what they did is merged."""

import threading
from pathlib import Path

import pytest

from swarm.model.record import Ending, Phase
from tests.support.cli import COMMAND
from tests.support.model_scripts import Answer, Refuse, Seen, Usage, call, say, shell, write
from tests.support.program_home import ENDS_S, ProgramHome, needs
from tests.support.repositories import Repo
from tests.support.tmux import Tmux, needs_tmux
from tests.support.wait import wait_for

PROGRAMS = ("claude",)
OTHERS = ("codex", "gemini", "opencode")
OURS = {"codex": "mcp__swarm::done", "gemini": "mcp_swarm_done", "opencode": "swarm_done"}
PATCH = "apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: {path}\n+1\n*** End Patch\nEOF"


@pytest.mark.every_version
@pytest.mark.parametrize("owns", [(), ("src",)], ids=["free", "held"])
def test_claude_commits_in_its_worktree_and_touches_nothing_else_of_the_repository(
    real: ProgramHome, tmp_path: Path, owns: tuple[str, ...]
) -> None:
    repo = Repo(tmp_path / "a project")
    path = real.root / "swarm" / "worktrees" / "coder"
    hook = repo.path / ".git" / "hooks" / "pre-commit"
    turns = [
        write(path / "src" / "api.py", "1\n"),
        shell("git add -A && git commit -m 'Add the api' && git log --oneline -2"),
        write(path / "src" / "loose.py", "2\n"),
        *([shell(f"echo x > '{hook}'"), write(repo.path / "other.py", "x")] if owns else []),
        call("mcp__swarm__done", summary="committed"),
        say("Done."),
    ]
    real.use("claude", turns)
    before = (repo.path / ".git" / "config").read_bytes()
    real.start("coder", "claude", worktree=str(repo.path), owns=owns)
    view = real.ended("coder")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("coder"))
    answers = [each.text for each in real.asked("claude")[-1].results]
    assert repo.git("log", "-1", "--format=%s", "swarm/coder") == "Add the api", "\n".join(answers)
    assert repo.git("show", "swarm/coder:src/api.py") == "1"
    assert (path / "src" / "loose.py").exists()
    assert repo.git("status", "--porcelain") == ""
    assert not hook.exists()
    assert (repo.path / ".git" / "config").read_bytes() == before
    assert view.changes is not None
    assert (len(view.changes.files), view.changes.uncommitted) == (2, 1)
    merged = real.swarm.merge("coder", message="the rest")
    assert (merged.files, merged.committed) == (2, 1)
    assert (repo.path / "src" / "loose.py").read_text() == "2\n"


@pytest.mark.parametrize("program", OTHERS)
def test_the_others_work_in_theirs_where_they_are_held_and_commit_where_they_have_a_shell(
    real: ProgramHome, tmp_path: Path, program: str
) -> None:
    needs(program)
    repo = Repo(tmp_path / "a project")
    path = real.root / "swarm" / "worktrees" / "coder"
    has_shell = program == "codex"
    made = shell(PATCH.format(path=path / "api.py")) if has_shell else write(path / "api.py", "1\n")
    outside = shell(f"echo x > '{repo.path}/other.py'") if has_shell else write(repo.path / "other.py", "x")
    commit = [shell(f"cd '{path}' && git add -A && git commit -m 'Add the api'")] if has_shell else []
    real.use(
        program, [made, *commit, outside, call(OURS[program], usage=Usage(1, 1), summary="it is there"), say("Done.")]
    )
    real.start("coder", program, worktree=str(repo.path), owns=(".",))
    view = real.ended("coder", 2 * ENDS_S)
    assert (path / "api.py").exists(), real.said("coder")
    assert not (repo.path / "other.py").exists()
    assert view.changes is not None
    assert (len(view.changes.files), view.changes.uncommitted) == (1, 0 if has_shell else 1), real.said("coder")
    assert real.swarm.merge("coder", message="the api").files == 1
    assert (repo.path / "api.py").read_text().strip() == "1"


@needs_tmux
@pytest.mark.every_version
def test_claude_goes_on_in_its_worktree_after_an_outage_and_after_a_person_has_talked_to_it(
    real: ProgramHome, tmp_path: Path
) -> None:
    repo = Repo(tmp_path / "a project")
    path = real.root / "swarm" / "worktrees" / "coder"
    back, held, let_go = threading.Event(), real.user / "held", real.user / "let-go"
    hold = f"touch {held}; until [ -e {let_go} ]; do sleep 0.2; done; pwd"

    def script(seen: Seen) -> Answer:
        if "hello from a person" in seen.user:
            return say("Hello to you, person.")
        if seen.turns == 0:
            return write(path / "half.py", "1\n")
        if not back.is_set():
            return Refuse(529)
        if not held.exists():
            return shell(hold)
        if not (path / "whole.py").exists():
            return shell("pwd; echo 2 > whole.py; git add -A && git commit -qm 'Both halves'")
        return say("Done.") if real.agent("coder").results.exists() else call("mcp__swarm__done", summary="committed")

    real.use("claude", script)
    real.onboarded(path)
    real.start("coder", "claude", worktree=str(repo.path))

    def waits() -> bool:
        real.swarm.settle()
        return real.record("coder").phase is Phase.WAITING

    wait_for(waits, "it to wait for its service", ENDS_S)
    assert (path / "half.py").exists()
    back.set()
    real.swarm.resume("coder")
    wait_for(held.exists, "it to go on", ENDS_S)
    with Tmux([COMMAND, "-C", str(real.root), "attach", "coder"]) as terminal:
        terminal.wait_for("❯", deadline=ENDS_S)
        terminal.type("hello from a person")
        terminal.wait_for("hello from a person")
        terminal.keys("Enter")
        terminal.wait_for("Hello to you, person.")
        terminal.type("/exit")
        terminal.wait_for("/exit")
        terminal.press_until("Enter", lambda screen: "goes on by itself" in screen, "the way back", ENDS_S)
    view = real.ended("coder")

    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("coder"))
    assert str(path) in real.asked("claude")[-1].everything, "its shell works there"
    assert repo.git("log", "-1", "--format=%s", "swarm/coder") == "Both halves"
    left = real.swarm.handover("coder", name="feature/halves")
    repo.git("switch", "--quiet", left.branch)
    assert {each.name for each in repo.path.glob("*.py")} == {"half.py", "whole.py"}
    assert not path.exists()
