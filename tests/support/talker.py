"""A program that is spoken to over its standard input, one JSON line at a time, as agents' programs are.

    python -S -E talker.py [slow|deaf]

It says what it hears as lines of JSON: {"heard": ...}. {"do": "exit", "code": 3} ends it, {"do": "sleep"} keeps it from
hearing, and at the end of its input it says {"eof": true} and ends with 0. deaf: it never reads at all.
"""

import json
import signal
import sys
import time


def say(**words: object) -> None:
    """One line, at once."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def leave(*_: object) -> None:
    """What an interrupt does."""
    say(interrupted=True)
    sys.exit(1)


def main(manner: str) -> int:
    """Listens until its input ends; the exit code."""
    signal.signal(signal.SIGINT, leave)
    say(ready=True)
    while manner == "deaf":
        time.sleep(60)
    for line in sys.stdin:
        try:
            words = json.loads(line)
        except ValueError:
            say(garbled=line[:200], length=len(line))
            continue
        say(heard=words)
        if words.get("do") == "exit":
            return int(words.get("code", 0))
        if words.get("do") == "sleep":
            time.sleep(60)
    say(eof=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
