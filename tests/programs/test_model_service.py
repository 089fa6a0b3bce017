"""The scripted model service itself: what it plays, refuses, withholds and remembers."""

import json
import threading
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.support.model_scripts import Answer, Drop, Hang, Refuse, Seen, Usage, by_word, call, say
from tests.support.model_server import ModelServer, model_server
from tests.support.wait import wait_for

TOOLS = [{"name": "Bash"}]


def ask(url: str, *messages: dict[str, Any], tools: bool = True, stream: bool = False) -> Any:
    """Asks as a client of Anthropic Messages does."""
    body = {"model": "m", "messages": list(messages), "stream": stream, "tools": TOOLS if tools else []}
    request = urllib.request.Request(f"{url}/v1/messages", json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=20) as answer:
        data = answer.read().decode()
    return data if stream else json.loads(data)


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def said(text: str = "one") -> dict[str, Any]:
    return {"role": "assistant", "content": [{"type": "text", "text": text}]}


def test_a_list_goes_by_the_turns_of_the_conversation_and_its_last_repeats(models: ModelServer) -> None:
    url = models.play("list", [call("Bash", command="ls"), say("two", Usage(7, 8, 9, 10))])
    first = ask(url, user("go"))
    assert first["content"][0]["name"] == "Bash"
    assert first["stop_reason"] == "tool_use"
    second = ask(url, user("go"), said(), user("and"))
    assert second["content"][0]["text"] == "two"
    assert (second["usage"]["input_tokens"], second["usage"]["cache_creation_input_tokens"]) == (7, 10)
    assert ask(url, user("go"), said(), said(), said())["content"][0]["text"] == "two"


def test_refusals_are_counted_and_then_it_answers(models: ModelServer) -> None:
    url = models.play("storm", [Refuse(529, times=2, then=say("at last"), retry_after=3)])
    for _ in range(2):
        with pytest.raises(urllib.error.HTTPError) as refused:
            ask(url, user("go"))
        assert refused.value.code == 529
        assert refused.value.headers["retry-after"] == "3"
        refused.value.close()
    assert ask(url, user("go"))["content"][0]["text"] == "at last"


def test_who_asks_decides_on_the_script(models: ModelServer) -> None:
    url = models.play("two", by_word({"alpha": [say("I am alpha")]}, [say("I am nobody")]))
    assert ask(url, user("alpha, go"))["content"][0]["text"] == "I am alpha"
    assert ask(url, user("beta, go"), user("alpha"))["content"][0]["text"] == "I am nobody"
    assert [seen.prompt for seen in models.seen("two")] == ["alpha, go", "beta, go"]


def test_a_side_request_without_tools_moves_no_script(models: ModelServer) -> None:
    url = models.play("side", [Refuse(400)])
    assert ask(url, user("a title, please"), tools=False)["content"][0]["text"]
    assert models.seen("side") == []
    assert len(models.seen("side", side=True)) == 1


def test_a_withheld_answer_ends_when_it_is_released(models: ModelServer) -> None:
    url = models.play("hang", [Hang()])
    ends: list[Exception] = []

    def asking() -> None:
        try:
            ask(url, user("go"))
        except OSError as error:
            ends.append(error)

    thread = threading.Thread(target=asking)
    thread.start()
    wait_for(lambda: models.seen("hang"), "the request")
    assert not ends
    models.release("hang")
    thread.join(20)
    assert len(ends) == 1


def test_a_dropped_stream_breaks_off_and_is_answered_without_streaming(models: ModelServer) -> None:
    url = models.play("drop", [Drop(text="I am", then=say("whole"))])
    with pytest.raises(Exception, match=r"(?i)incomplete|chunk|read"):
        ask(url, user("go"), stream=True)
    assert ask(url, user("go"))["content"][0]["text"] == "whole"


def test_a_script_that_fails_fails_its_test() -> None:
    def script(seen: Seen) -> Answer:
        raise KeyError(seen.prompt)

    def played() -> None:
        with model_server() as server:
            with pytest.raises(urllib.error.HTTPError) as refused:
                ask(server.play("broken", script), user("go"))
            refused.value.close()

    with pytest.raises(AssertionError, match="broken"):
        played()


def test_other_hosts_are_refused_and_written_down(models: ModelServer) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": f"http://127.0.0.1:{models.port}"}))
    with pytest.raises(urllib.error.HTTPError) as refused:
        opener.open("http://example.invalid/x", timeout=20)
    assert refused.value.code == 403
    refused.value.close()
    assert models.elsewhere == ["http://example.invalid/x"]


def test_an_outage_cuts_every_connection_and_ends_on_the_same_port(models: ModelServer) -> None:
    url = models.play("out", [Hang(times=1, then=say("back"))])
    said: list[BaseException] = []

    def waits() -> None:
        try:
            ask(url, user("go"))
        except OSError as error:
            said.append(error)

    thread = threading.Thread(target=waits)
    thread.start()
    wait_for(lambda: models.seen("out"), "the request")
    models.down()
    thread.join(10)
    assert len(said) == 1
    with pytest.raises(urllib.error.URLError, match="refused"):
        ask(url, user("go"))
    models.up()
    assert ask(url, user("go"))["content"][0]["text"] == "back"
