"""The places that are closed to agents whose sandbox leaves them local sockets."""

import os
from pathlib import Path

from swarm.programs.listeners import listening_places


def test_places_that_are_there_are_named_with_links_followed_and_others_are_not(tmp_path: Path) -> None:
    runtime, link = tmp_path / "runtime", tmp_path / "link"
    runtime.mkdir()
    link.symlink_to(runtime)
    terminals = tmp_path / f"tmux-{os.getuid()}"
    terminals.mkdir()
    (tmp_path / ".codex" / "app-server-control").mkdir(parents=True)
    given = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(link), "TMUX_TMPDIR": str(tmp_path), "TMPDIR": "relative"}
    found = listening_places(given)
    assert {runtime, terminals, tmp_path / ".codex" / "app-server-control"} <= set(found)
    assert link not in found
    assert tmp_path / ".claude" / "daemon" not in found
    assert all(path.is_absolute() and path.exists() for path in found)
    assert len(found) == len(set(found))
