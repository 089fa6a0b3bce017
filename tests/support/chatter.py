"""A program that keeps its sessions as Claude Code does, and is as quick as a test wants it. It thinks nothing.

    python -S -E chatter.py -p ... --session-id ID      one JSON object a line on standard input, until that ends
    python -S -E chatter.py -p ... --resume ID          the same, with what was said in that session before
    python -S -E chatter.py --resume ID                 in a terminal: a line is a turn, /exit leaves

What it is told is kept in $CHATTER_SESSIONS/ID, one JSON string a line. A turn obeys words in it: `!results` writes
results.json, `!fail` fails the turn, `!sleep` goes on until an interrupt, `!deaf` for ever, `!crash` ends with 3,
`!agent` starts a sub-agent, `!shell` a shell in the background, and `!over` ends that.
"""

import json
import os
import select
import signal
import sys
import time
from pathlib import Path

SESSIONS = "CHATTER_SESSIONS"


class Chatter:
    """One process of it."""

    def __init__(self, argv: list[str]) -> None:
        self.resumed = "--resume" in argv
        self.session = argv[argv.index("--resume" if self.resumed else "--session-id") + 1]
        self.kept = Path(os.environ[SESSIONS]) / self.session
        self.failed = False

    def keep(self, text: str) -> None:
        with self.kept.open("a") as kept:
            kept.write(json.dumps(text) + "\n")

    def say(self, kind: str, **words: object) -> None:
        sys.stdout.write(json.dumps({"type": kind, "session_id": self.session, **words}) + "\n")
        sys.stdout.flush()

    def headless(self) -> int:
        """Turns as they come on standard input; the exit code tells of the last one."""
        if self.resumed and not self.kept.exists():
            self.result("No conversation found", error=True)
            return 1
        for line in iter(sys.stdin.readline, ""):
            given = json.loads(line)
            if given["type"] == "control_request":
                if self.control(given["request"]):
                    return int(self.failed)
            else:
                self.turn(str(given["message"]["content"]))
        return int(self.failed)

    def control(self, request: dict[str, str]) -> bool:
        """Whether it has to end."""
        self.say("control_response", subtype=request["subtype"])
        if request["subtype"] == "stop_task":
            self.say("system", subtype="task_updated", task_id=request["task_id"], patch={"status": "killed"})
        return request["subtype"] == "end_session"

    def turn(self, text: str) -> None:
        self.say("system", subtype="init", model="chatter-1", cwd=os.getcwd(), tools=[], mcp_servers=[])
        self.say("user", isReplay=True, message={"role": "user", "content": text}, parent_tool_use_id=None)
        self.keep(text)
        if "!agent" in text.split():
            self.say(
                "system",
                subtype="task_started",
                task_id="t1",
                tool_use_id="u1",
                description="look around",
                task_type="local_agent",
            )
        if "!shell" in text.split():
            self.say("system", subtype="task_started", task_id="b1", tool_use_id="u2", task_type="local_bash")
        if "!over" in text.split():
            self.say("system", subtype="task_notification", task_id="b1", tool_use_id="u2", status="completed")
        if "!results" in text.split():
            Path("results.json").write_text('{"status": "success", "summary": "as told"}')
        if "!crash" in text.split():
            os._exit(3)
        if "!sleep" in text.split():
            self.wait_for_interrupt()
        while "!deaf" in text.split():
            time.sleep(3600)
        self.failed = "!fail" in text.split()
        self.result("API Error" if self.failed else "done", error=self.failed)

    def wait_for_interrupt(self) -> None:
        """A long turn: an interrupt ends it, whatever else comes waits."""
        while True:
            select.select([sys.stdin], [], [])
            given = json.loads(sys.stdin.readline() or '{"type": "end"}')
            if given["type"] == "control_request" and given["request"]["subtype"] == "interrupt":
                return
            if given["type"] == "end":
                time.sleep(3600)

    def result(self, text: str, *, error: bool) -> None:
        self.say("result", subtype="success", is_error=error, result=text, total_cost_usd=0.25, usage={}, modelUsage={})

    def in_a_terminal(self) -> int:
        """What was said, then lines of a person."""
        if not self.kept.exists():
            print("No conversation found")
            return 1
        for line in self.kept.read_text().splitlines():
            print("before:", json.loads(line)[:60].replace("\n", " "))
        print("ready> ", end="", flush=True)
        for line in iter(sys.stdin.readline, ""):
            if line.strip() == "/exit":
                return 0
            self.keep(line.strip())
            if line.strip() == "!results":
                Path("results.json").write_text('{"status": "success", "summary": "as told"}')
            print("kept> ", end="", flush=True)
        return 0


def main(argv: list[str]) -> int:
    """The exit code."""
    if "--version" in argv:
        print("0.0.0 (Chatter)")
        return 0
    chatter = Chatter(argv)
    if "-p" in argv:
        signal.signal(signal.SIGINT, lambda *_: os._exit(1))
        return chatter.headless()
    return chatter.in_a_terminal()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
