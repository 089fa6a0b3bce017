"""Completion scripts for shells, made from the parsers themselves (shtab)."""

import argparse

import shtab

from swarm_tui.cli.main import build_parser

_DIRECTORIES = {"home", "directory"}
_FILES = {"file", "input", "owns"}


def script(shell: str) -> str:
    """The completion of the whole command for `bash`, `zsh` or `tcsh`."""
    parser = build_parser()
    _say_what_is_a_path(parser)
    text: str = shtab.complete(parser, shell)
    return text if text.endswith("\n") else text + "\n"


def _say_what_is_a_path(parser: argparse.ArgumentParser) -> None:
    for action in parser._actions:  # noqa: SLF001  (argparse has no public list of them; shtab reads the same one)
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for inner in action.choices.values():
                _say_what_is_a_path(inner)
        elif action.dest in _DIRECTORIES:
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]  # shtab's way to be told
        elif action.dest in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]  # shtab's way to be told
