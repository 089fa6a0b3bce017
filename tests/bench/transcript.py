"""Reading what one agent has printed in a long life: a transcript of 50 MiB, from its beginning to its sum."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from tests.bench.figures import Figure

MIB, QUICK_MIB = 50, 10
RUNS, QUICK_RUNS = 5, 3
AIM_SHARE = 0.33
"""Of what parsing alone reaches: every text is also made safe for a terminal, and added up."""
AIM_MEMORY_MIB = 16.0
OURS = """
import re, resource, sys, time
from swarm.programs.follower import Follower
from swarm.programs.prices import PricedReader, Prices
from swarm.programs.registry import new_reader_of
from pathlib import Path
def peak():
    # Bytes. What Linux says through getrusage may be the parent's.
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
follower = Follower(Path(sys.argv[1]), new_reader_of("claude", Prices()))
before = peak()
began = time.perf_counter()
while follower.look(time.time()) or follower.behind:
    pass
took = time.perf_counter() - began
grown = peak() - before
print(took, grown, follower.activity.tokens.output, follower.activity.turns)
"""
YARDSTICK = """
import json, sys, time
began = time.perf_counter()
with open(sys.argv[1], "rb") as file:
    for line in file:
        json.loads(line)
print(time.perf_counter() - began)
"""


def measure(*, quick: bool) -> list[Figure]:
    """MiB a second of both, each in a process of its own, turn and turn about; and how far our memory grows."""
    size = QUICK_MIB if quick else MIB
    runs = QUICK_RUNS if quick else RUNS
    ours, theirs, grown = [], [], []
    with tempfile.TemporaryDirectory(prefix="swarm-bench-transcript-") as directory:
        path = Path(directory) / "stdout"
        turns, output = _write(path, size << 20)
        length = path.stat().st_size / (1 << 20)
        for _ in range(runs):
            took, more, tokens, ended = _run(OURS, path)
            assert (int(tokens), int(ended)) == (output, turns), "the transcript was not read as it stands"
            ours.append(length / took)
            grown.append(more / (1 << 20))
            theirs.append(length / _run(YARDSTICK, path)[0])
    name = f"reading a transcript of {size} MiB"
    return [
        Figure.of(
            name, ours, "MiB/s", AIM_SHARE, "json.loads of every line", theirs, aim_is_ratio=True, more_is_better=True
        ),
        Figure.of(f"{name}, memory beside", grown, "MiB", AIM_MEMORY_MIB, share=1.0),
    ]


def _run(code: str, path: Path) -> list[float]:
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


def _write(path: Path, size: int) -> tuple[int, int]:
    """Writes turns of work as Claude Code prints them, `size` bytes of them; (turns, output tokens) in it."""
    written = turns = output = 0
    with path.open("wb") as file:
        for number in count(1):
            for event in _turn(number):
                line = json.dumps({**event, "session_id": "s-1", "uuid": f"u-{written}"}, separators=(",", ":")) + "\n"
                written += file.write(line.encode())
                if event["type"] == "result":
                    turns, output = turns + 1, output + event["usage"]["output_tokens"]
            if written >= size:
                return turns, output
    raise AssertionError("a count ends")


def _turn(number: int) -> Iterator[dict[str, Any]]:
    """One turn: twenty tool calls, their outputs between a line and 30 KiB, some words, a result."""
    yield {"type": "system", "subtype": "init", "model": "claude-opus-4-8", "tools": ["Bash", "Read", "Edit"] * 8}
    for call in range(20):
        key = f"toolu_{number}_{call}"
        used = {"input_tokens": 1000, "output_tokens": 1, "cache_read_input_tokens": 20000 + call}
        said: dict[str, Any] = {
            "type": "text",
            "text": f"Step {call} of {number}: " + "what I look at next is the way it is put. " * 6,
        }
        made = {
            "type": "tool_use",
            "id": key,
            "name": "Bash",
            "input": {"command": f"sed -n {call},200p src/{call}.py"},
        }
        for block in (said, made):
            message = {"id": f"msg_{key}", "model": "claude-opus-4-8", "content": [block], "usage": used}
            yield {"type": "assistant", "message": message, "parent_tool_use_id": None}
        text = f"    value = compute({call}, {number})  # of many\n" * (1 + (call * call * 37) % 700)
        returned = {"type": "tool_result", "tool_use_id": key, "content": text, "is_error": False}
        message = {"role": "user", "content": [returned]}
        yield {"type": "user", "message": message, "tool_use_result": {"stdout": text, "stderr": ""}}
    usage = {"input_tokens": 20000, "output_tokens": 700, "cache_read_input_tokens": 400000}
    models = {"inputTokens": 20000 * number, "outputTokens": 700 * number, "cacheReadInputTokens": 400000 * number}
    yield {
        "type": "result",
        "subtype": "success",
        "is_error": False,
        "result": "Done for now.",
        "total_cost_usd": 0.25 * number,
        "num_turns": 21,
        "usage": usage,
        "modelUsage": {"claude-opus-4-8": {**models, "contextWindow": 200000}},
    }
