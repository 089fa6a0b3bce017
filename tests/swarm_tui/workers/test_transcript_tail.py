"""The transcript tab: a program's output as a person reads it, as it grows, from the disk to the screen."""

import json
from pathlib import Path

from swarm.model.activity import Kind
from swarm.model.values import replace
from swarm.programs.claude.stream import ClaudeReader
from swarm.programs.transcript import TranscriptLine
from swarm.protocol.logs import Chunk
from swarm.protocol.paths import AgentDir
from swarm_tui.app.app import SwarmApp
from swarm_tui.workers.detail_loader import DetailLoader
from swarm_tui.workers.transcript_tail import WINDOW_BYTES, TranscriptChunk, TranscriptTail
from tests.support.canned import CannedSwarm
from tests.support.hostile import HOSTILE, forbidden
from tests.support.swarms import big_example, full_id
from tests.support.wait import wait_for
from tests.support.widget_app import said_in, screen_lines, screen_text
from widgets.detail_head import Tab
from widgets.transcript import FLOOD
from widgets.transcript_lines import line_paragraphs

RECORDINGS = Path(__file__).parents[2] / "data" / "recordings"


def said(text: str) -> bytes:
    """One line of Claude Code's output."""
    content = [{"type": "text", "text": text}]
    message = {"id": "msg-1", "role": "assistant", "model": "opus", "content": content}
    return json.dumps({"type": "assistant", "message": message}).encode() + b"\n"


def texts(told: TranscriptChunk) -> list[str]:
    return [line.text for line in told.lines]


def test_an_output_is_read_as_it_grows_and_half_a_line_waits_for_its_rest(tmp_path: Path) -> None:
    log = tmp_path / "stdout"
    tail = TranscriptTail(log, ClaudeReader)
    assert tail.read() == TranscriptChunk()
    whole, half = said("first"), said("second")
    log.write_bytes(whole + half[:30])
    assert texts(tail.read()) == ["first"]
    with log.open("ab") as file:
        file.write(half[30:])
    assert texts(tail.read()) == ["second"]
    assert tail.read() == TranscriptChunk()


def test_of_a_long_output_the_end_is_read_and_the_line_it_begins_in_is_left_out(tmp_path: Path) -> None:
    log = tmp_path / "stdout"
    lines = [said(f"number {number}") for number in range(100)]
    log.write_bytes(b"".join(lines))
    window = len(b"".join(lines[90:])) + 10
    told = TranscriptTail(log, ClaudeReader, window).read()
    assert texts(told) == [f"number {number}" for number in range(90, 100)]
    assert told.skipped == len(b"".join(lines[:90])), "no byte of them stands in the lines"


def test_another_file_under_the_same_name_starts_anew(tmp_path: Path) -> None:
    log = tmp_path / "stdout"
    tail = TranscriptTail(log, ClaudeReader)
    log.write_bytes(said("of the first run") * 3)
    tail.read()
    other = tmp_path / "other"
    other.write_bytes(said("of the second run"))
    other.replace(log)
    told = tail.read()
    assert (told.restarted, texts(told)) == (True, ["of the second run"])


def test_a_line_beyond_all_bounds_is_given_up_and_the_next_one_is_read(tmp_path: Path) -> None:
    log = tmp_path / "stdout"
    tail = TranscriptTail(log, ClaudeReader)
    log.write_bytes(b"x" * (WINDOW_BYTES + 10))
    assert tail.read().lines == ()
    with log.open("ab") as file:
        file.write(b"x" * 10 + b"\n" + said("after it"))
    assert texts(tail.read()) == ["after it"]


def test_kinds_are_told_by_sign_as_well_as_by_colour() -> None:
    lines = [
        TranscriptLine(Kind.TOOL_OPEN, "Bash  make test"),
        TranscriptLine(Kind.DENIED, "denied: Bash rm"),
        TranscriptLine(Kind.RETRYING, "retrying 2/10: 529 overloaded"),
        TranscriptLine(Kind.TURN_ENDED, "turn failed: no money", error=True),
        TranscriptLine(Kind.TEXT, "of a sub-agent", depth=2),
    ]
    leads = ["".join(cell.text for cell in paragraph.lead) for paragraph in line_paragraphs(lines)]
    assert leads == ["● ", "✖ ", "× ", "✖ ", "      "]
    roles = [paragraph.role for paragraph in line_paragraphs(lines)]
    assert roles == ["strong", "danger", "notice", "danger", "quote"]


async def test_a_recording_is_readable_in_the_tab_and_searched_with_n_and_shift_n() -> None:
    app = SwarmApp(CannedSwarm(), beats=False)
    async with app.run_test(size=(160, 45), notifications=True) as pilot:
        app.room.go_to(full_id("idea-alpha/worker-1"))
        await pilot.press("2", "enter")
        tail = TranscriptTail(RECORDINGS / "claude_subagents_nested.jsonl", ClaudeReader)
        view = app.room.detail.view
        assert view is not None
        app.room.load_lines(view.id, view.spawn_id, tail.read())
        await pilot.pause()
        shown = screen_text(app)
        assert "both done, finishing" in shown
        assert "● Bash  sleep 1; echo B" in shown
        assert '"type"' not in shown
        transcript = app.room.detail.transcript
        await pilot.press("slash", *"sleep", "enter")
        await pilot.pause()
        assert transcript.has_focus
        assert "/sleep 2 of 2" in str(transcript.border_subtitle)
        await pilot.press("N")
        assert "/sleep 1 of 2" in str(transcript.border_subtitle)
        await pilot.press("n")
        assert "/sleep 2 of 2" in str(transcript.border_subtitle)
        assert len(app.screen_stack) == 1, "n is no spawn while one searches"
        await pilot.press("escape")
        assert transcript.needle == ""


async def test_what_was_skipped_is_said_and_a_flood_is_counted() -> None:
    app = SwarmApp(CannedSwarm(), beats=False)
    async with app.run_test(size=(160, 45), notifications=True) as pilot:
        app.room.go_to(full_id("idea-alpha/worker-1"))
        await pilot.press("2")
        view = app.room.detail.view
        assert view is not None
        lines = tuple(TranscriptLine(Kind.TEXT, f"line {number}") for number in range(FLOOD + 5))
        app.room.load_lines(view.id, view.spawn_id, TranscriptChunk(lines, 48 << 20))
        await pilot.pause()
        said = said_in(app.room.detail.transcript)
        assert said[0] == "+48 MiB of output, +5 lines"
        assert said[-1] == f"  line {FLOOD + 4}"


async def test_nothing_that_a_program_says_reaches_the_terminal() -> None:
    app = SwarmApp(CannedSwarm(), beats=False)
    async with app.run_test(size=(120, 45), notifications=True) as pilot:
        app.room.go_to(full_id("idea-alpha/worker-1"))
        await pilot.press("2")
        view = app.room.detail.view
        assert view is not None
        for text in HOSTILE.values():
            lines = tuple(TranscriptLine(Kind.TEXT, each) for each in text.split("\n"))
            app.room.load_lines(view.id, view.spawn_id, TranscriptChunk(lines))
            await pilot.pause()
            assert not forbidden("".join(screen_lines(app)))


def test_the_loader_takes_the_reader_of_the_agents_program(tmp_path: Path) -> None:
    class Here(CannedSwarm):
        def agent_dir(self, agent_id: str) -> AgentDir:
            return AgentDir(tmp_path)

    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "stdout").write_bytes(said("hello"))
    view = next(view for view in big_example().agents if view.id == full_id("idea-alpha/worker-1"))
    assert view.record is not None
    heard: list[Chunk | TranscriptChunk] = []
    for program in ("claude", "command"):
        heard.clear()
        loader = DetailLoader(Here(), on_data=lambda _: None, on_lines=lambda _a, _s, chunk: heard.append(chunk))
        loader.start()
        loader.want(replace(view, record=replace(view.record, program=program)), Tab.TRANSCRIPT)
        try:
            wait_for(lambda: heard, "its output")
        finally:
            loader.stop()
        if program == "claude":
            assert isinstance(heard[0], TranscriptChunk)
            assert texts(heard[0]) == ["hello"]
        else:
            assert isinstance(heard[0], Chunk)
            assert heard[0].lines[0].startswith('{"type"')
