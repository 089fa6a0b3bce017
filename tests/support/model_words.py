"""What the languages of model services have in common: texts, numbers, and what a program calls its tools."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from tests.support.model_scripts import Call, Seen

NUMBERS = count(1)
"""For ids that are never the same."""
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


def named(call: Call, seen: Seen) -> tuple[str, dict[str, Any]]:
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
            ("exec::exec_command", {"cmd": command}),
            ("shell_command", {"command": command}),
            ("shell", {"command": ["bash", "-lc", command]}),
        ):
            if tool in offered:
                return tool.removeprefix("exec::"), words
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


def typed(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """An event that bears the name of its type."""
    return data["type"], data
