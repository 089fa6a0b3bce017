"""The three model services' languages: a request as a script sees it, and an answer as the program expects it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.support.model_scripts import Call, Result, Say, Seen, Turn, Usage

_NUMBERS = count(1)
Events = Iterator[tuple[str, dict[str, Any]]]
"""(event name, data) pairs of a stream."""


def text_of(content: Any) -> str:
    """The plain text in a message's content, whatever its shape."""
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping):
        if isinstance(content.get("text"), str):
            return str(content["text"])
        return text_of(content.get("content") or content.get("parts") or "")
    if isinstance(content, list):
        return "\n".join(filter(None, (text_of(each) for each in content)))
    return ""


@dataclass(frozen=True, slots=True)
class Api:
    """One language."""

    name: str

    def seen(self, scenario: str, path: str, body: Mapping[str, Any]) -> Seen:
        """The request behind a path and body."""
        return {"anthropic": _anthropic, "responses": _responses, "gemini": _gemini}[self.name](scenario, path, body)

    def events(self, turn: Turn, seen: Seen) -> Events:
        """A streamed answer."""
        return {"anthropic": _anthropic_events, "responses": _responses_events, "gemini": _gemini_events}[self.name](
            turn, seen
        )

    def whole(self, turn: Turn, seen: Seen) -> dict[str, Any]:
        """An answer in one piece."""
        if self.name == "anthropic":
            return _anthropic_message(turn, seen)
        if self.name == "gemini":
            return _gemini_answer(list(turn.blocks), turn.usage, seen)
        return list(_responses_events(turn, seen))[-1][1]["response"]  # type: ignore[no-any-return]

    def begun(self, text: str, seen: Seen) -> Events:
        """The events of an answer that says this much, up to where it would go on."""
        pairs = list(self.events(Turn((Say(text),)), seen))
        keep = {"anthropic": 3, "responses": 1, "gemini": 0}[self.name]
        return iter(pairs[:keep])

    def refusal(self, status: int) -> dict[str, Any]:
        """The body that goes with a status."""
        kinds = {
            400: "invalid_request_error",
            401: "authentication_error",
            404: "not_found_error",
            413: "request_too_large",
        }
        kind = {**kinds, 429: "rate_limit_error", 529: "overloaded_error"}.get(status, "api_error")
        if self.name == "gemini":
            return {"error": {"code": status, "message": f"scripted {status}", "status": kind.upper()}}
        return {"type": "error", "error": {"type": kind, "code": kind, "message": f"scripted {status}"}}


def _named(call: Call, seen: Seen) -> tuple[str, dict[str, Any]]:
    """The name and input that this program's tool has for a call."""
    given = dict(call.input)
    offered = set(seen.tools)
    if call.tool == "shell":
        command = given["command"]
        for tool, words in (
            ("Bash", {"command": command, "description": "run it"}),
            ("bash", {"command": command, "description": "run it"}),
            ("run_shell_command", {"command": command}),
            ("exec_command", {"cmd": command}),
            ("shell_command", {"command": command}),
            ("shell", {"command": ["bash", "-lc", command]}),
        ):
            if tool in offered:
                return tool, words
        return "Bash", {"command": command, "description": "run it"}
    if call.tool == "write":
        for tool, words in (
            ("Write", {"file_path": given["path"], "content": given["text"]}),
            ("write", {"filePath": given["path"], "content": given["text"]}),
            ("write_file", {"file_path": given["path"], "content": given["text"]}),
        ):
            if tool in offered:
                return tool, words
        return "Write", {"file_path": given["path"], "content": given["text"]}
    return call.tool, given


def _seen(api: str, scenario: str, body: Mapping[str, Any], **more: Any) -> Seen:
    return Seen(**{"api": api, "scenario": scenario, "body": body, "reminders": (), **more})


# Anthropic Messages: claude, and opencode's provider of that name.


def _anthropic(scenario: str, path: str, body: Mapping[str, Any]) -> Seen:
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
    return _seen(
        "anthropic",
        scenario,
        body,
        model=str(body.get("model", "")),
        system=text_of(body.get("system")),
        users=tuple(users),
        reminders=tuple(reminders),
        results=tuple(results),
        turns=turns,
        tools=tuple(tool.get("name", "") for tool in body.get("tools", [])),
        stream=bool(body.get("stream")),
    )


def _anthropic_usage(usage: Usage) -> dict[str, Any]:
    return {
        "input_tokens": usage.input,
        "output_tokens": usage.output,
        "cache_read_input_tokens": usage.cache_read,
        "cache_creation_input_tokens": usage.cache_write,
    }


def _anthropic_message(turn: Turn, seen: Seen) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    for block in turn.blocks:
        if isinstance(block, Say):
            content.append({"type": "text", "text": block.text})
        else:
            name, given = _named(block, seen)
            content.append({"type": "tool_use", "id": f"toolu_{next(_NUMBERS)}", "name": name, "input": given})
    called = any(block["type"] == "tool_use" for block in content)
    return {
        "id": f"msg_{next(_NUMBERS)}",
        "type": "message",
        "role": "assistant",
        "model": seen.model,
        "content": content,
        "stop_reason": "tool_use" if called else "end_turn",
        "stop_sequence": None,
        "usage": _anthropic_usage(turn.usage),
    }


def _anthropic_events(turn: Turn, seen: Seen) -> Events:
    message = _anthropic_message(turn, seen)
    begun = {**message, "content": [], "stop_reason": None, "usage": {**message["usage"], "output_tokens": 1}}
    yield _typed({"type": "message_start", "message": begun})
    start: dict[str, Any]
    for index, block in enumerate(message["content"]):
        if block["type"] == "text":
            start, delta = {"type": "text", "text": ""}, {"type": "text_delta", "text": block["text"]}
        else:
            start = {**block, "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        yield _typed({"type": "content_block_start", "index": index, "content_block": start})
        yield _typed({"type": "content_block_delta", "index": index, "delta": delta})
        yield _typed({"type": "content_block_stop", "index": index})
    stop = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    yield _typed({"type": "message_delta", "delta": stop, "usage": {"output_tokens": turn.usage.output}})
    yield _typed({"type": "message_stop"})


def _typed(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return data["type"], data


# OpenAI Responses: codex.


def _responses(scenario: str, path: str, body: Mapping[str, Any]) -> Seen:
    users: list[str] = []
    reminders: list[str] = []
    results: list[Result] = []
    turns = 0
    ours = False  # the items of one answer stand side by side
    for item in body.get("input", []):
        kind = item.get("type", "message")
        answer = kind in {"function_call", "custom_tool_call", "reasoning"} or item.get("role") == "assistant"
        turns += answer and not ours
        ours = answer
        if kind.endswith("_output"):
            output = item.get("output")
            results.append(Result(item.get("call_id", ""), output if isinstance(output, str) else text_of(output)))
        elif item.get("role") == "user":
            text = text_of(item.get("content"))
            (reminders if text.lstrip().startswith(("<environment_context>", "# AGENTS.md")) else users).append(text)
    return _seen(
        "responses",
        scenario,
        body,
        model=str(body.get("model", "")),
        system=str(body.get("instructions") or ""),
        users=tuple(users),
        reminders=tuple(reminders),
        results=tuple(results),
        turns=turns,
        tools=tuple(tool.get("name") or tool.get("type", "") for tool in body.get("tools", [])),
        stream=bool(body.get("stream")),
    )


def _responses_events(turn: Turn, seen: Seen) -> Events:
    number = next(_NUMBERS)
    response: dict[str, Any] = {"id": f"resp_{number}", "object": "response", "status": "in_progress", "output": []}
    yield _typed({"type": "response.created", "response": response})
    for index, block in enumerate(turn.blocks):
        item: dict[str, Any]
        if isinstance(block, Say):
            content = [{"type": "output_text", "text": block.text, "annotations": []}]
            item = {"type": "message", "id": f"msg_{number}_{index}", "role": "assistant", "content": content}
        else:
            name, given = _named(block, seen)
            item = {"type": "function_call", "id": f"fc_{number}_{index}", "call_id": f"call_{number}_{index}"}
            space, _, name = name.rpartition("::")  # tools of MCP servers stand in a name space of their own
            item |= {"name": name, "arguments": json.dumps(given), **({"namespace": space} if space else {})}
        item["status"] = "completed"
        response["output"].append(item)
        yield _typed({"type": "response.output_item.added", "output_index": index, "item": item})
        yield _typed({"type": "response.output_item.done", "output_index": index, "item": item})
    usage = turn.usage
    whole = usage.input + usage.cache_read
    response["status"] = "completed"
    response["usage"] = {
        "input_tokens": whole,
        "input_tokens_details": {"cached_tokens": usage.cache_read},
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": whole + usage.output,
    }
    yield _typed({"type": "response.completed", "response": response})


# Gemini generateContent.


def _gemini(scenario: str, path: str, body: Mapping[str, Any]) -> Seen:
    users: list[str] = []
    results: list[Result] = []
    turns = 0
    for content in body.get("contents", []):
        if content.get("role") == "model":
            turns += 1
            continue
        texts = []
        for part in content.get("parts", []):
            if "functionResponse" in part:
                answer = part["functionResponse"]
                said = answer.get("response", {})
                text = said.get("output") or said.get("error") or json.dumps(said)
                results.append(Result(answer.get("id") or answer.get("name", ""), str(text), "error" in said))
            elif isinstance(part.get("text"), str):
                texts.append(part["text"])
        if texts:
            users.append("\n".join(texts))
    declared = [each for tool in body.get("tools", []) for each in tool.get("functionDeclarations", [])]
    return _seen(
        "gemini",
        scenario,
        body,
        model=path.rpartition("/models/")[2].partition(":")[0],
        system=text_of(body.get("systemInstruction")),
        users=tuple(users),
        results=tuple(results),
        turns=turns,
        tools=tuple(each.get("name", "") for each in declared),
        stream="streamGenerateContent" in path,
    )


def _gemini_answer(blocks: list[Say | Call], usage: Usage, seen: Seen) -> dict[str, Any]:
    parts: list[dict[str, Any]] = []
    for block in blocks:
        if isinstance(block, Say):
            parts.append({"text": block.text})
        else:
            name, given = _named(block, seen)
            parts.append({"functionCall": {"id": f"call_{next(_NUMBERS)}", "name": name, "args": given}})
    whole = usage.input + usage.cache_read
    return {
        "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {
            "promptTokenCount": whole,
            "candidatesTokenCount": usage.output,
            "cachedContentTokenCount": usage.cache_read,
            "totalTokenCount": whole + usage.output,
        },
        "modelVersion": seen.model,
        "responseId": f"resp_{next(_NUMBERS)}",
    }


def _gemini_events(turn: Turn, seen: Seen) -> Events:
    yield "", _gemini_answer(list(turn.blocks), turn.usage, seen)
