"""What is handed on is whole, letter by letter, or says where all of it stands: every way that a text can go."""

import io
import json

import pytest

from swarm.errors import Refused, UsageError
from swarm.heartbeat.root_launch import words_for
from swarm.hooks.context import HookCaller
from swarm.hooks.deliver import MAX_WORDS, unread
from swarm.lifecycle.relaunch import missed
from swarm.mcp.handlers import Caller, answer, call
from swarm.mcp.pages import PAGE
from swarm.model.agent import Acceptance
from swarm.model.beat import Beat
from swarm.protocol import inbox
from swarm.protocol.agent_files import read_spec
from swarm.scan.scanner import Scanner
from swarm.store.reader import JSON_BYTES
from swarm.verbs.learned import MAX_SUMMARY
from swarm_tui.cli.commands import reports
from swarm_tui.cli.output import Output
from swarm_tui.cli.parser import whole_parser
from tests.support.homes import LiveHome
from tests.support.honest import HONEST

EVERY = pytest.mark.parametrize("name", HONEST)
SAID_IN_PARTS = "more characters: call read again with offset "


def quoted(text: str) -> str:
    """A message as it stands in an inbox: every line behind a mark."""
    return "> " + text.replace("\r\n", "\0").replace("\n", "\n> ").replace("\r", "\r> ").replace("\0", "\r\n> ")


@pytest.fixture
def home(live_home: LiveHome) -> LiveHome:
    """A home in which an agent runs that does nothing."""
    live_home.spawn("worker-1")
    return live_home


# -- results ------------------------------------------------------------------------------------------------------


def results_in(home: LiveHome, text: str) -> None:
    value = {"status": "success", "summary": text, "note": text, "outputs": [text], "table": [{"row": text}] * 3}
    home.write_results("worker-1", json.dumps(value))


def printed(home: LiveHome, *words: str) -> tuple[str, str]:
    """What `read` prints, and what it tells."""
    out, err = io.StringIO(), io.StringIO()
    args = whole_parser().parse_args(["read", *words, "-C", str(home.root)])
    assert reports.read(args, Output(out, err, json=args.json)) == 0
    return out.getvalue(), err.getvalue()


def read_in_pages(home: LiveHome) -> str:
    """What the tool `read` hands over, put together again from its pages."""
    caller = Caller(str(home.root), {}, home.root, 5.0)
    whole, offset = "", 0
    while True:
        said: str = answer(call("read", caller, {"id": "worker-1", "offset": offset}))["content"][0]["text"]
        assert len(said) < PAGE + 1000
        head, _, said = said.partition("\n")
        mark = "\n" + head[head.index("=== end of its words") : head.index(" ===, is") + 4]
        body, _, rest = said.partition(mark)
        whole += body
        if SAID_IN_PARTS not in rest:
            return whole
        rest = rest.partition(SAID_IN_PARTS)[2]
        assert str(home.agent("worker-1").results) in rest
        offset = int(rest.split(";")[0].rstrip(")"))


@EVERY
def test_results_are_read_whole_in_text_in_json_and_by_the_tool(home: LiveHome, name: str) -> None:
    text = HONEST[name]
    results_in(home, text)
    out, told = printed(home, "worker-1")
    if name == "returns":
        assert out.endswith("\n\none\r\ntwo\r\nthree\\rfour END\n"), "a terminal would write the line over"
        assert str(home.agent("worker-1").results) in told
    else:
        assert out.endswith(f"\n\n{text}\n")
        assert told == ""
    said = json.loads(printed(home, "worker-1", "--json")[0])["results"]
    assert (said["summary"], said["note"], said["outputs"]) == (text, text, [text])
    assert said["table"] == [{"row": text}] * 3
    assert read_in_pages(home).endswith(f"summary: {text}")


def test_what_steers_or_hides_is_shown_as_an_escape_and_none_of_it_is_lost(home: LiveHome) -> None:
    results_in(home, "a\x1b[2Jb\u202ec\U000e0069d\x00e\ud800f")
    out, told = printed(home, "worker-1")
    assert out.endswith("\n\na\\x1b[2Jb\\u202ec\\U000e0069d\\x00e\\ud800f\n")
    assert "letter by letter" in told


def test_results_that_are_longer_than_any_reader_takes_name_the_limit_and_the_file(home: LiveHome) -> None:
    home.write_results("worker-1", json.dumps({"summary": "x" * JSON_BYTES}))
    with pytest.raises(Exception, match=f"larger than {JSON_BYTES} bytes") as error:
        home.swarm.read("worker-1")
    assert str(home.agent("worker-1").results) in str(error.value.hint)  # type: ignore[attr-defined]


def test_a_tools_file_in_the_place_of_results_can_be_read_to_its_end(home: LiveHome) -> None:
    home.write_results("worker-1", json.dumps({"rows": ["x" * 100] * 2000, "last": "END"}))
    assert "END" in printed(home, "worker-1")[0]
    assert "END" in json.loads(printed(home, "worker-1", "--json")[0])["results"]["text"]


# -- messages -----------------------------------------------------------------------------------------------------


def hook_of(home: LiveHome) -> HookCaller:
    return HookCaller(home.layout, home.agent("worker-1"), home.id("worker-1"), home.record("worker-1").spawn_id)


@EVERY
def test_a_message_arrives_whole_or_its_hook_says_where_all_of_it_stands(home: LiveHome, name: str) -> None:
    text, agent = HONEST[name], home.agent("worker-1")
    home.swarm.message("worker-1", "A short one before it.")
    home.swarm.message("worker-1", text)
    home.swarm.message("worker-1", "A short one behind it.")
    assert quoted(text) in agent.inbox.read_bytes().decode()
    waiting, _ = inbox.undelivered(agent)
    assert quoted(text) in waiting[1][1]
    assert quoted(text) in missed(waiting)[1], "a session that goes on is told it"

    told = ""
    while (new := unread(hook_of(home))).words:
        assert len(new.words) <= MAX_WORDS
        inbox.mark(agent, new.offset)
        told += new.words
    assert told.index("A short one before it.") < told.index("A short one behind it.")
    if len(text) < MAX_WORDS // 2:
        assert quoted(text) in told
    else:
        first, last = told.partition("in lines ")[2].split(" of ")[0].split(" to ")
        lines = agent.inbox.read_text().split("\n")[int(first) - 1 : int(last)]
        assert quoted(text) in "\n".join(lines)
        assert str(agent.inbox) in told


def test_messages_that_have_no_room_wait_for_the_next_call_and_none_is_lost(home: LiveHome) -> None:
    for number in range(60):
        home.swarm.message("worker-1", f"number {number} " + "word " * 300)
    told = ""
    while (new := unread(hook_of(home))).words:
        inbox.mark(home.agent("worker-1"), new.offset)
        told += new.words
    assert [told.count(f"number {number} ") for number in range(60)] == [1] * 60
    assert told.count("word ") == 60 * 300


def test_a_message_that_no_inbox_takes_is_refused_with_the_limit_named(home: LiveHome) -> None:
    with pytest.raises(UsageError, match=str(inbox.MAX_MESSAGE)):
        home.swarm.message("worker-1", "x" * (inbox.MAX_MESSAGE + 1))
    assert not home.agent("worker-1").inbox.exists()


@EVERY
def test_a_turn_of_the_root_begins_with_its_messages_whole(home: LiveHome, name: str) -> None:
    agent = home.agent("genesis-01")
    with agent.inbox.open("w", newline="") as file:
        file.write(inbox.entry(HONEST[name], "operator", 0.0, "m-000001"))
    home.swarm.beat(by="test", force=True)
    words, offset = words_for(home.home, agent, Beat(1), Scanner(home.home), None)
    assert quoted(HONEST[name]).replace("\n", "\n  ") in words
    assert offset == agent.inbox.stat().st_size


# -- tasks and briefs ---------------------------------------------------------------------------------------------


@EVERY
def test_a_task_and_its_outcomes_reach_brief_spec_and_respawn_whole(live_home: LiveHome, name: str) -> None:
    text = HONEST[name]
    accept = (Acceptance(text, f"true # {text}"),)
    live_home.spawn("worker-1", task=text, accept=accept)
    results_in(live_home, text)
    live_home.swarm.kill(["worker-1"], grace=0.0)
    live_home.swarm.respawn("worker-1")
    for kept in ("worker-1.1", "worker-1"):
        agent = live_home.agent(kept)
        spec = read_spec(agent).value
        assert spec is not None
        assert (spec.task, spec.acceptance) == (text, accept)
        brief = agent.task.read_bytes().decode()
        assert f"task\n{text}\n```" in brief
        assert text in brief.partition("judged by these")[2].replace("\n  ", "\n")
    learned = brief.partition("learned\n")[2]
    assert text in learned if len(text) <= MAX_SUMMARY else "results.json in worker-1.N" in learned


def test_a_respawn_tells_entries_of_progress_with_their_further_lines(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.agent("worker-1").progress.write_text(
        "## 2026-02-28 09:31\n\nTwo of ten read.\n- the first has no price\n- the second is down\n"
    )
    live_home.swarm.kill(["worker-1"], grace=0.0)
    live_home.swarm.respawn("worker-1")
    assert "the second is down" in live_home.agent("worker-1").task.read_text()


def test_a_task_that_no_spec_holds_is_refused_with_the_limit_named(live_home: LiveHome) -> None:
    with pytest.raises(Refused, match=str(JSON_BYTES)) as refused:
        live_home.spawn("worker-1", task="x" * JSON_BYTES)
    assert refused.value.code == "brief"
    assert not live_home.agent("worker-1").path.exists()


def test_a_word_that_no_command_line_holds_is_refused_with_the_limit_named(live_home: LiveHome) -> None:
    with pytest.raises(Refused, match="131071"):
        live_home.spawn("worker-1", "sh", "-c", "true # " + "x" * 200_000)
    assert not live_home.agent("worker-1").path.exists()


def test_a_task_of_100_kilobytes_waits_in_the_queue_whole(live_home: LiveHome) -> None:
    live_home.rules(slots=3, reserve=0)
    live_home.swarm = live_home.open()
    for number in range(3):
        live_home.spawn(f"w-{number}")
    spawned = live_home.spawn("worker-1", task=HONEST["100 KB"], queue=True)
    assert spawned.queued
    live_home.swarm.kill(["w-0"], grace=0.0)
    live_home.swarm.beat(by="test", force=True)
    spec = read_spec(live_home.agent("worker-1")).value
    assert spec is not None
    assert spec.task == HONEST["100 KB"]


def test_a_path_keeps_its_letters_in_the_brief(live_home: LiveHome) -> None:
    odd = "two  blanks\tand a tab.md"
    (live_home.root / odd).write_text("x")
    live_home.spawn("worker-1", inputs=(odd,))
    assert f"`{odd}`" in live_home.agent("worker-1").task.read_text()
