"""What is copied is whole: nothing folded, nothing cut but at a bound that is said; and fit to be pasted."""

import json
from pathlib import Path

import pytest

from swarm.programs.claude.stream import ClaudeReader
from swarm.programs.prices import Prices
from swarm.protocol.paths import AgentDir
from swarm_tui.workers import whole_texts
from swarm_tui.workers.whole_texts import whole_text
from widgets.detail_head import Tab

LONG = "word " * 2_000 + "end"
MANY = "\n".join(f"line {number}" for number in range(500))


def said(**content: object) -> str:
    return json.dumps({"type": "assistant", "message": {"id": "m", "content": [content]}})


@pytest.fixture
def agent(tmp_path: Path) -> AgentDir:
    agent = AgentDir(tmp_path / "a")
    (tmp_path / "a" / "log").mkdir(parents=True)
    return agent


def reader() -> ClaudeReader:
    return ClaudeReader(Prices())


def test_a_transcript_is_copied_with_every_line_and_every_letter(agent: AgentDir) -> None:
    back = {"type": "tool_result", "tool_use_id": "t", "content": MANY}
    agent.stdout.write_text(
        "\n".join(
            (
                said(type="text", text=LONG),
                said(type="text", text=MANY),
                said(type="tool_use", id="t", name="Bash", input={"command": f"echo one\necho {LONG}"}),
                json.dumps({"type": "user", "message": {"content": [back]}}),
            )
        )
    )
    text = whole_text(agent, Tab.TRANSCRIPT, reader)
    lines = text.split("\n")
    assert lines[0] == LONG.strip()
    assert MANY in text
    assert "Bash  echo one" in lines
    assert any(line.strip() == f"echo {LONG}" for line in lines)
    assert "→ line 0" in lines
    assert lines[-1].strip() == "line 499"


def test_what_a_plain_program_printed_is_copied_as_it_stands(agent: AgentDir) -> None:
    agent.stdout.write_text(f"{LONG}\nno end")
    assert whole_text(agent, Tab.TRANSCRIPT) == f"{LONG}\nno end"
    agent.progress.write_text("one\ntwo\n")
    assert whole_text(agent, Tab.PROGRESS) == "one\ntwo\n"


def test_where_it_cuts_it_says_how_much_and_where_the_rest_stands(
    agent: AgentDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_texts, "MAX_OUTPUT", 20)
    agent.stdout.write_text("first line\nsecond line\nthird line\n")
    first, rest = whole_text(agent, Tab.TRANSCRIPT).split("\n", 1)
    assert first == f"… the 23 B before are left out: {agent.stdout}"
    assert rest == "third line\n"


def test_nothing_is_nothing(agent: AgentDir) -> None:
    assert [whole_text(agent, tab) for tab in sorted(whole_texts.WHOLE)] == ["", "", "", ""]


def test_of_a_single_line_that_is_too_long_the_end_is_kept(agent: AgentDir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_texts, "MAX_OUTPUT", 5)
    agent.stdout.write_text("x" * 20 + "the end")
    assert whole_text(agent, Tab.TRANSCRIPT).split("\n")[1] == "e end"
