"""`swarm-tui init`: makes a home."""

import argparse

from swarm_tui.cli.output import NAME, Output

PROGRAMS = ("claude", "codex", "gemini", "opencode", "command")


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("directory", nargs="?", metavar="DIR", help="where; the current directory when left out")
    parser.add_argument(
        "--program",
        choices=PROGRAMS,
        default="command",
        help="what its agents run where a spawn does not say (command)",
    )


def run(args: argparse.Namespace, out: Output) -> int:
    """Makes the home, and says what was written and what was left alone."""
    from swarm.verbs.init import init

    report = init(args.directory or args.home or ".", args.program)
    if out.json:
        out.document(
            {"home": report.home, "written": report.written, "left": report.left, "notes": report.notes},
        )
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
