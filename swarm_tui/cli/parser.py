"""The parser of the command line: complaints as errors like all others, help as wide as the terminal."""

import argparse
import os
import sys
from typing import Any, NoReturn

from swarm.errors import Usage
from swarm_tui.cli.output import NAME


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are errors like all others."""

    def error(self, message: str) -> NoReturn:
        raise Usage(
            f"{message[:1].upper()}{message[1:].rstrip('.')}.",
            f"Usage: {self.usage_line()}",
            f"{self.prog} --help explains it.",
        )

    def usage_line(self) -> str:
        """The usage in one line."""
        return " ".join(self.format_usage().removeprefix("usage: ").split())


class Help(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal. argparse makes one for every option; told its width, it needs no shutil."""

    def __init__(self, prog: str, **more: Any) -> None:
        super().__init__(prog, **{"width": _columns() - 2, **more})


def _columns() -> int:
    given = os.environ.get("COLUMNS", "")
    if given.isascii() and given.isdigit() and 0 < len(given) < 5 and int(given):
        return max(40, int(given))
    try:
        return max(40, os.get_terminal_size(1).columns or 80)
    except OSError:
        return 80


class Version(argparse.Action):
    """Prints the version of the installed distribution, which is looked up only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version(NAME)
        except PackageNotFoundError:
            number = "(not installed)"
        sys.stdout.write(f"{NAME} {number}\n")
        parser.exit()
