"""Gemini generateContent: what gemini speaks."""

import json
from collections.abc import Mapping
from typing import Any

from tests.support.model_scripts import Call, Result, Say, Seen, Turn, Usage
from tests.support.model_words import NUMBERS, Events, named, text_of


def seen_of(scenario: str, path: str, body: Mapping[str, Any]) -> Seen:
    """The request behind a path and body."""
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
    return Seen(
        api="gemini",
        scenario=scenario,
        body=body,
        reminders=(),
        model=path.rpartition("/models/")[2].partition(":")[0],
        system=text_of(body.get("systemInstruction")),
        users=tuple(users),
        results=tuple(results),
        turns=turns,
        tools=tuple(each.get("name", "") for each in declared),
        stream="streamGenerateContent" in path,
    )


def answer_of(blocks: list[Say | Call], usage: Usage, seen: Seen) -> dict[str, Any]:
    """An answer in one piece."""
    parts: list[dict[str, Any]] = []
    for block in blocks:
        if isinstance(block, Say):
            parts.append({"text": block.text})
        else:
            name, given = named(block, seen)
            parts.append({"functionCall": {"id": f"call_{next(NUMBERS)}", "name": name, "args": given}})
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
        "responseId": f"resp_{next(NUMBERS)}",
    }


def events_of(turn: Turn, seen: Seen) -> Events:
    """A streamed answer."""
    yield "", answer_of(list(turn.blocks), turn.usage, seen)
