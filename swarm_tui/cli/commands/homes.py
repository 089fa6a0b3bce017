"""What is asked of a home itself: init, doctor, roles, templates."""

import argparse
from collections.abc import Callable, Mapping
from typing import TypeVar

from msgspec.structs import asdict

from swarm.errors import SwarmError
from swarm_tui.cli.commands.common import acting, looking
from swarm_tui.cli.output import NAME, Output

T = TypeVar("T")
Cells = tuple[tuple[str, str], ...]
_COLOURS = {"ok": "good", "note": "muted", "warning": "warning", "error": "danger"}


def init(args: argparse.Namespace, out: Output) -> int:
    """Makes the home, and says what was written and what was left alone."""
    from swarm.verbs.init import init

    report = init(args.directory or args.home or ".", args.program)
    if out.json:
        out.document({"home": report.home, "written": report.written, "left": report.left, "notes": report.notes})
        return 0
    out.say(f"{report.home}")
    for name in report.written:
        out.say(f"  wrote       {name}")
    for name in report.left:
        out.say(f"  left alone  {name}")
    for note in report.notes:
        out.tell(note)
    out.tell(f"Next: open it with {NAME} -C {report.home}, or start one agent: {NAME} -C {report.home} spawn --help")
    return 0


def doctor(args: argparse.Namespace, out: Output) -> int:
    """Prints the findings. Exit status 1 where one is an error."""
    findings = acting(args, out).rebuild() if args.rebuild else looking(args, out).doctor()
    failed = any(finding.is_error for finding in findings)
    if out.json:
        keys = ("level", "topic", "text", "hint")
        rows = [{key: getattr(finding, key) for key in keys} for finding in findings]
        out.document({"passed": not failed, "findings": rows})
        return int(failed)
    for finding in findings:
        words = f"{finding.topic}: {finding.text}"
        out.say_cells(((f"{finding.level:<8}", _COLOURS.get(finding.level, "")), (words, "")))
        if finding.hint:
            out.say(f"         {finding.hint}")
    return int(failed)


def roles(args: argparse.Namespace, out: Output) -> int:
    """Prints every role, or what is wrong with it."""
    found = looking(args, out).roles()
    if out.json:
        rows = [
            {"name": name, "valid": False, "error": role.as_json()}
            if isinstance(role, SwarmError)
            else {"valid": True, **asdict(role)}
            for name, role in found.items()
        ]
        out.document({"roles": rows})
    else:
        _say("roles", found, lambda _, role: ((f"{role.scope:<13}", "muted"), (role.summary, "")), out)
    return 0


def templates(args: argparse.Namespace, out: Output) -> int:
    """Prints every template, or what is wrong with it."""
    from swarm.protocol.roles import templates

    layout = looking(args, out).home.layout
    found = templates(layout)
    if out.json:
        rows = []
        for name, one in found.items():
            wrong = {"error": one.as_json()} if isinstance(one, SwarmError) else {}
            rows.append({"name": name, "valid": not wrong, "path": str(layout.template(name)), **wrong})
        out.document({"templates": rows})
    else:
        _say("templates", found, lambda name, _: ((f"{'valid':<13}", "muted"), (str(layout.template(name)), "")), out)
    return 0


def _say(what: str, found: Mapping[str, T | SwarmError], valid: Callable[[str, T], Cells], out: Output) -> None:
    for name, one in found.items():
        if isinstance(one, SwarmError):
            cells: Cells = ((f"{'not valid':<13}", "danger"), (f"{one.title} {one.detail}", ""))
        else:
            cells = valid(name, one)
        out.say_cells(((f"{name:<14}", "strong"), *cells))
    if not found:
        out.tell(f"There are no {what} here.")
