"""`swarm-tui hook session`: which sessions a person in a terminal goes on with is noted, in order, for this spawn."""

from pathlib import Path

from swarm.lifecycle import terminal_sessions
from tests.support.hooked import SPAWN, Hooked


def test_each_session_is_noted_once_with_the_length_of_its_file_as_it_was_first_come_to(tmp_path: Path) -> None:
    hooked = Hooked(tmp_path / "home", "genesis-01/worker-1")
    hooked.dir.run.mkdir(parents=True, exist_ok=True)
    older = tmp_path / "older.jsonl"
    older.write_text("0123456789")
    for session, path in (("s-1", older), ("s-2", tmp_path / "not-there"), ("s-1", tmp_path / "grown")):
        given = {"hook_event_name": "SessionStart", "session_id": session, "transcript_path": str(path)}
        answered = hooked.call("session", given)
        assert (answered.status, answered.out) == (0, b"")
    found = terminal_sessions.read(hooked.dir, SPAWN)
    assert [(each.session, each.offset) for each in found] == [("s-1", 10), ("s-2", 0)]
    assert terminal_sessions.read(hooked.dir, "another-spawn") == ()
    terminal_sessions.forget(hooked.dir)
    terminal_sessions.forget(hooked.dir)
    assert terminal_sessions.read(hooked.dir, SPAWN) == ()


def test_what_an_agent_writes_into_that_file_is_passed_over_where_it_means_nothing(tmp_path: Path) -> None:
    hooked = Hooked(tmp_path / "home", "genesis-01/worker-1")
    hooked.dir.run.mkdir(parents=True, exist_ok=True)
    hooked.dir.terminal_sessions.write_text('no JSON\n[]\n{"spawn_id": 1}\n{"session": "s-1", "offset": -1}\n\n')
    assert terminal_sessions.read(hooked.dir, SPAWN) == ()
    assert hooked.call("session", {"hook_event_name": "SessionStart"}).status == 0
