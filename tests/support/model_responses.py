"""OpenAI Responses: what codex speaks."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.support.model_scripts import Result, Say, Seen, Turn
from tests.support.model_words import NUMBERS, Events, named, text_of, typed

SCRIPTS = "exec"
"""The tool of newer models, which run a script that calls the others."""
FUNCTIONS = "functions"
"""The name space of tools that stand in none."""
NESTED = re.compile(r"^### `(\w+)`", re.MULTILINE)


def seen_of(scenario: str, path: str, body: Mapping[str, Any]) -> Seen:
    """The request behind a path and body."""
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
    return Seen(
        api="responses",
        scenario=scenario,
        body=body,
        model=str(body.get("model", "")),
        system=str(body.get("instructions") or ""),
        users=tuple(users),
        reminders=tuple(reminders),
        results=tuple(results),
        turns=turns,
        tools=tuple(_tools(body)),
        stream=bool(body.get("stream")),
    )


def _tools(body: Mapping[str, Any]) -> Iterator[str]:
    """What is offered: by name, `SPACE::NAME` in a name space, and `exec::NAME` for what the scripts of `exec` call."""
    for tool in body.get("tools", []):
        yield tool.get("name") or tool.get("type", "")
    for item in body.get("input", []):
        for space in item.get("tools", []) if item.get("type") == "additional_tools" else []:
            for tool in space.get("tools", []):
                plain = space["name"] == FUNCTIONS
                yield tool["name"] if plain else f"{space['name']}::{tool['name']}"
                if tool["name"] == SCRIPTS:
                    yield from (f"{SCRIPTS}::{name}" for name in NESTED.findall(tool["description"]))


def events_of(turn: Turn, seen: Seen) -> Events:
    """A streamed answer."""
    number = next(NUMBERS)
    response: dict[str, Any] = {"id": f"resp_{number}", "object": "response", "status": "in_progress", "output": []}
    yield typed({"type": "response.created", "response": response})
    for index, block in enumerate(turn.blocks):
        item: dict[str, Any]
        if isinstance(block, Say):
            content = [{"type": "output_text", "text": block.text, "annotations": []}]
            item = {"type": "message", "id": f"msg_{number}_{index}", "role": "assistant", "content": content}
        else:
            name, given = named(block, seen)
            if SCRIPTS in seen.tools and f"{SCRIPTS}::{name}" in seen.tools:
                script = f"text(JSON.stringify(await tools.{name}({json.dumps(given)})))"
                item = {"type": "custom_tool_call", "id": f"ctc_{number}_{index}", "call_id": f"call_{number}_{index}"}
                yield from _done(item | {"name": SCRIPTS, "input": script, "status": "completed"}, index, response)
                continue
            item = {"type": "function_call", "id": f"fc_{number}_{index}", "call_id": f"call_{number}_{index}"}
            space, _, name = name.rpartition("::")  # tools of MCP servers stand in a name space of their own
            item |= {"name": name, "arguments": json.dumps(given), **({"namespace": space} if space else {})}
        item["status"] = "completed"
        yield from _done(item, index, response)
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
    yield typed({"type": "response.completed", "response": response})


def _done(item: dict[str, Any], index: int, response: dict[str, Any]) -> Events:
    response["output"].append(item)
    yield typed({"type": "response.output_item.added", "output_index": index, "item": item})
    yield typed({"type": "response.output_item.done", "output_index": index, "item": item})
