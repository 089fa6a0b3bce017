"""Runs the command line of the tree in the working directory, and says in which files its functions ran.

`python -P recorder.py SOCKET WORDS...`. It imports nothing of the tree under measurement but its command line, so that
it measures older and newer trees alike. Over the socket it is told `begin` and `end`, a line each; it answers `begin`
with an empty line and `end` with a JSON list of the files since. A verb that ends by itself answers as if told to.
"""

import json
import os
import runpy
import socket
import sys
import threading
from inspect import CO_OPTIMIZED
from types import CodeType, FrameType

OURS = ("swarm", "widgets", "swarm_tui")


class Recorder:
    """Notes every function that is called in any thread while it is on."""

    def __init__(self, on: bool) -> None:
        self._on = on
        self._seen: set[CodeType] = set()

    def hook(self, frame: FrameType, event: str, _argument: object) -> None:
        """What Python calls at every call and return."""
        if self._on and event == "call":
            self._seen.add(frame.f_code)

    def begin(self) -> None:
        self._seen = set()
        self._on = True

    def end(self) -> list[str]:
        """The files of the tree in which functions ran; what runs when a module or a class is made is none."""
        self._on = False
        here = os.getcwd()
        paths = (os.path.relpath(code.co_filename, here) for code in self._seen if code.co_flags & CO_OPTIMIZED)
        return sorted({path for path in paths if path.startswith(tuple(f"{name}/" for name in OURS))})


def main(address: str, words: list[str]) -> None:
    # A verb is looked at from its start to its end; without one it is the control room, which is told when to look.
    whole = not words[0].startswith("-")
    recorder = Recorder(whole)
    driver = socket.socket(socket.AF_UNIX)
    driver.connect(address)
    if not whole:
        threading.Thread(target=_obey, args=(driver, recorder), daemon=True).start()
    threading.setprofile(recorder.hook)
    sys.setprofile(recorder.hook)
    sys.path.insert(0, os.getcwd())
    sys.argv[1:] = words
    try:
        runpy.run_module("swarm_tui", run_name="__main__", alter_sys=True)
    finally:
        if whole:
            driver.sendall(json.dumps(recorder.end()).encode() + b"\n")


def _obey(driver: socket.socket, recorder: Recorder) -> None:
    with driver.makefile("rw") as lines:
        for line in lines:
            if line == "begin\n":
                recorder.begin()
                lines.write("\n")
            else:
                lines.write(json.dumps(recorder.end()) + "\n")
            lines.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
