"""Anthropic Messages: what claude speaks, and opencode to its provider of that name."""

import json
from collections.abc import Mapping
from typing import Any

from tests.support.model_scripts import Result, Say, Seen, Turn, Usage
from tests.support.model_words import NUMBERS, Events, named, text_of, typed


def seen_of(scenario: str, path: str, body: Mapping[str, Any]) -> Seen:
    """The request behind a path and body."""
    users: list[str] = []
    reminders: list[str] = []
    results: list[Result] = []
    turns = 0
    for message in body.get("messages", []):
        content = message.get("content")
        if message.get("role") == "assistant":
            turns += 1
            continue
        texts: list[str] = []
        for block in content if isinstance(content, list) else [{"type": "text", "text": content}]:
            if block.get("type") == "tool_result":
                said = text_of(block.get("content"))
                results.append(Result(block.get("tool_use_id", ""), said, bool(block.get("is_error"))))
            elif block.get("type") == "text":
                text = block.get("text", "")
                ours = text.lstrip().startswith("<system-reminder>") or message.get("role") != "user"
                (reminders if ours else texts).append(text)
        if texts:
            users.append("\n".join(texts))
    return Seen(
        api="anthropic",
        scenario=scenario,
        body=body,
        model=str(body.get("model", "")),
        system=text_of(body.get("system")),
        users=tuple(users),
        reminders=tuple(reminders),
        results=tuple(results),
        turns=turns,
        tools=tuple(tool.get("name", "") for tool in body.get("tools", [])),
        stream=bool(body.get("stream")),
    )


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "input_tokens": usage.input,
        "output_tokens": usage.output,
        "cache_read_input_tokens": usage.cache_read,
        "cache_creation_input_tokens": usage.cache_write,
    }


def message_of(turn: Turn, seen: Seen) -> dict[str, Any]:
    """An answer in one piece."""
    content: list[dict[str, Any]] = []
    for block in turn.blocks:
        if isinstance(block, Say):
            content.append({"type": "text", "text": block.text})
        else:
            name, given = named(block, seen)
            content.append({"type": "tool_use", "id": f"toolu_{next(NUMBERS)}", "name": name, "input": given})
    called = any(block["type"] == "tool_use" for block in content)
    return {
        "id": f"msg_{next(NUMBERS)}",
        "type": "message",
        "role": "assistant",
        "model": seen.model,
        "content": content,
        "stop_reason": "tool_use" if called else "end_turn",
        "stop_sequence": None,
        "usage": _usage(turn.usage),
    }


def events_of(turn: Turn, seen: Seen) -> Events:
    """A streamed answer."""
    message = message_of(turn, seen)
    begun = {**message, "content": [], "stop_reason": None, "usage": {**message["usage"], "output_tokens": 1}}
    yield typed({"type": "message_start", "message": begun})
    start: dict[str, Any]
    for index, block in enumerate(message["content"]):
        if block["type"] == "text":
            start, delta = {"type": "text", "text": ""}, {"type": "text_delta", "text": block["text"]}
        else:
            start = {**block, "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        yield typed({"type": "content_block_start", "index": index, "content_block": start})
        yield typed({"type": "content_block_delta", "index": index, "delta": delta})
        yield typed({"type": "content_block_stop", "index": index})
    stop = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    yield typed({"type": "message_delta", "delta": stop, "usage": {"output_tokens": turn.usage.output}})
    yield typed({"type": "message_stop"})
