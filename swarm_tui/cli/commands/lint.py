"""lint: prints what breaks the protocol, for people, for programs, and as annotations of GitHub's checks."""

import argparse
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from swarm.errors import NotFound
from swarm.formatting import plural
from swarm_tui.cli.commands.common import looking
from swarm_tui.cli.output import Output

if TYPE_CHECKING:
    from swarm.api import Swarm
    from swarm.model.lint import Breach, LintReport

_COLOURS = {"note": "muted", "warning": "warning", "error": "danger"}
_ANNOTATIONS = {"note": "notice", "warning": "warning", "error": "error"}


def lint(args: argparse.Namespace, out: Output) -> int:
    """Prints the breaches. Exit status 1 where one is an error, with --strict also where one is a warning."""
    from swarm.model.requests import Level

    report = _report(args, args.where, out)
    errors, warnings = report.count(Level.ERROR), report.count(Level.WARNING)
    if out.json:
        rows = [{key: getattr(each, key) for key in each.__struct_fields__} for each in report.breaches]
        counts = {"agents": report.agents, "errors": errors, "warnings": warnings}
        out.document({"passed": not errors, "root": report.root, "foreign": report.foreign, **counts, "breaches": rows})
        return int(bool(errors or (args.strict and warnings)))
    for each in report.breaches:
        if args.format == "github":
            out.say(annotation(each))
        else:
            _say(each, out)
    kind = "foreign directories, no home" if report.foreign else "home and agents"
    found = f"{plural(errors, 'error')}, {plural(warnings, 'warning')}"
    out.tell(f"{plural(report.agents, 'agent')} checked ({kind}) in {report.root}: {found}")
    return int(bool(errors or (args.strict and warnings)))


def annotation(breach: "Breach") -> str:
    """A breach as a command of GitHub's workflows, which shows it beside the line of the file."""
    place = {"file": breach.path, **({"line": str(breach.line)} if breach.line else {}), "title": breach.rule}
    words = ",".join(f"{key}={_escaped(value, also=':,')}" for key, value in place.items())
    return f"::{_ANNOTATIONS[breach.level]} {words}::{_escaped(f'{breach.text}. {breach.cure}')}"


def _escaped(text: str, also: str = "") -> str:
    """What ends a command or a value of it, as GitHub reads it."""
    return "".join(f"%{ord(char):02X}" if char in f"%\r\n{also}" else char for char in text)


def _report(args: argparse.Namespace, where: str, out: Output) -> "LintReport":
    if not _names_directory(where):
        try:
            return looking(args, out).lint(where)
        except NotFound:
            if not os.path.isdir(where):
                raise
            with suppress(NotFound):
                return _directory(where, args).lint()
            raise
    return _directory(where, args).lint()


def _directory(where: str, args: argparse.Namespace) -> "Swarm":
    from swarm.api import Swarm

    return Swarm.open(os.path.expanduser(where), wait=args.wait, read_only=True)


def _names_directory(words: str) -> bool:
    """Whether the words mean a directory and no agent, by how they are written: `.`, `./x`, `/x`, `~/x`, `x/`."""
    return words.startswith((".", os.sep, "~")) or words.endswith(os.sep)


def _say(breach: "Breach", out: Output) -> None:
    place = f"{breach.path}:{breach.line}" if breach.line else breach.path
    level = (f"{breach.level:<8}", _COLOURS[breach.level])
    out.say_cells((level, (f"{place} ", "strong"), (f"[{breach.rule}] ", "muted"), (breach.text, "")))
    out.say(f"        {breach.cure}")
