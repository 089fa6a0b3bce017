"""The command `swarm-tui`: one table of verbs; only the chosen verb's module is imported."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from swarm.errors import NotFound, SwarmError, Usage
from swarm_tui.cli.output import NAME, REPORT, Output

if TYPE_CHECKING:
    import argparse
    from types import ModuleType, TracebackType

    from swarm.protocol.paths import Layout
    from swarm_tui.cli.parser import Parser

INTERRUPTED = 130


class Verb(NamedTuple):
    """One verb: `swarm_tui.commands.<module>` has `configure(parser)` and `run(args, out) -> exit status`."""

    name: str
    module: str
    help: str
    example: str
    takes_command: bool = False
    """What follows `--` is a command, and none of ours."""


VERBS: tuple[Verb, ...] = (
    Verb("init", "init", "make a home; never overwrites a file", "init my-swarm"),
    Verb("demo", "demo", "look around in a home full of real processes", "demo --headless --for 90s"),
    Verb("status", "status", "the tree as text, as JSON, or as one line", "status --line"),
    Verb(
        "spawn",
        "spawn",
        "check everything, then start an agent",
        'spawn worker-1 --role worker --task "Write the summary" --accept "summary.md exists::test -s summary.md" '
        "-- ./agent.sh",
        takes_command=True,
    ),
    Verb("kill", "kill", "stop agents and everything below them", 'kill idea-alpha --reason "went astray" --yes'),
    Verb("heartbeat", "heartbeat", "one heartbeat, or its plan", "heartbeat --dry-run"),
    Verb("run", "run", "heartbeats without a screen, until SIGTERM", "run --period 15m"),
    Verb(
        "progress", "progress", "agent: append a line to its progress.md", 'progress "8 of 12 pages read" --outputs 3'
    ),
    Verb("done", "done", "agent: write its results.json", 'done --summary "3 sources compared" --output report.md'),
    Verb("read", "read", "print results and mark them read", "read worker-1"),
    Verb("log", "log", "what an agent writes, made safe for a terminal", "log worker-1 -f"),
    Verb("message", "message", "leave an agent a message", 'message worker-1 "Use the second source."'),
    Verb("attach", "attach", "talk to an agent in this terminal; it goes on when you leave", "attach worker-1"),
    Verb("pause", "pause", "stop a whole subtree where it stands", "pause idea-alpha"),
    Verb("resume", "resume", "let a paused subtree go on", "resume idea-alpha"),
    Verb("hold", "hold", "no automatic kill for some heartbeats", 'hold worker-1 --for 2 --why "long build"'),
    Verb("respawn", "respawn", "start an ended agent's spec again", "respawn worker-1"),
    Verb("events", "events", "the audit log", "events --since 2h --agent worker-1"),
    Verb("doctor", "doctor", "check home, programs, limits, clock; rebuild the ledger", "doctor"),
    Verb("roles", "roles", "list the roles, and whether they are valid", "roles"),
    Verb("templates", "templates", "list the templates, and whether they are valid", "templates"),
    Verb("hook", "hook", "an agent's program asks: may it write this, is there news, may it end", "hook guard"),
    Verb("mcp", "mcp", "our verbs as tools of an agent's program, over stdio", "mcp"),
    Verb("completion", "completion", "print completion for a shell", "completion bash"),
)
BY_NAME: dict[str, Verb] = {verb.name: verb for verb in VERBS}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status. argv: the words after `swarm-tui`; None takes the process's."""
    words = list(sys.argv[1:] if argv is None else argv)
    if len(words) == 2 and words[0] == "hook":
        from swarm.hooks.serve import (
            HOOKS,
            serve,  # it runs at every tool call, and does without a parser
        )

        if words[1] in HOOKS:
            return serve(words[1], os.environ)
    out = Output.of_process(json=_wants_json(words))
    if argv is None:
        sys.excepthook = _report_mistake
    try:
        return _guarded(words, out)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        out.abandon()  # whoever read this has seen enough
        return 0
    except OSError as error:
        # Standard output itself does not take what we write: a full disk behind it, for one.
        out.abandon()
        out.json = False
        out.error(_of_system(error))
        return 1


def _guarded(words: list[str], out: Output) -> int:
    try:
        status = _dispatch(words, out)
    except SwarmError as error:
        out.error(error)
        status = error.exit_status
    except KeyboardInterrupt:
        status = INTERRUPTED
    except BrokenPipeError:
        raise
    except OSError as error:
        out.error(_of_system(error))
        status = 1
    except SystemExit as leaving:  # argparse, after --help and --version
        status = leaving.code if isinstance(leaving.code, int) else 0
    out.flush()
    return status


def _dispatch(words: list[str], out: Output) -> int:
    at = find_verb(words)
    if at is None:
        return _open_room(build_parser().parse_args(words), out)
    verb = BY_NAME.get(words[at])
    if verb is None:
        raise _unknown_verb(words[at])
    module = _module(verb)
    rest = words[:at] + words[at + 1 :]
    command: list[str] = []
    if verb.takes_command and "--" in rest:
        split = rest.index("--")
        rest, command = rest[:split], rest[split + 1 :]
    args = build_verb_parser(verb, module).parse_args(rest)
    args.verb, args.command = verb.name, command
    status: int = module.run(args, out)
    return status


def _unknown_verb(word: str) -> Usage:
    from difflib import get_close_matches

    near = get_close_matches(word, list(BY_NAME), n=1, cutoff=0.5)
    return Usage(
        f"There is no verb {word[:80]!r}.",
        "There are: " + ", ".join(BY_NAME) + ".",
        f"Perhaps you mean: {NAME} {near[0]}" if near else f"{NAME} --help lists them.",
    )


def find_verb(words: Sequence[str]) -> int | None:
    """Where the verb stands: the first word that is no global option and no value of one; None where there is none."""
    at = 0
    while at < len(words):
        word = words[at]
        if word == "--":
            return None
        if word in ("-C", "--wait"):
            at += 2
        elif word.startswith("-"):
            at += 1
        else:
            return at
    return None


def build_verb_parser(verb: Verb, module: "ModuleType | None" = None) -> "Parser":
    """The parser of one verb, global options included. Imports the verb's module."""
    from swarm_tui.cli.parser import Help, Parser

    parser = Parser(
        prog=f"{NAME} {verb.name}",
        description=_sentence(verb.help),
        epilog=f"example:\n  {NAME} {verb.example}",
        formatter_class=Help,
        allow_abbrev=False,
    )
    _add_global_options(parser)
    (module or _module(verb)).configure(parser)
    return parser


def build_parser() -> "Parser":
    """The parser of everything, for --help and completion. Imports every verb's module."""
    from swarm_tui.cli.parser import Help, Parser

    parser = Parser(
        prog=NAME,
        description="The control room of a swarm of agents. Without a verb it opens on the swarm's home: -C DIR, else\n"
        "$SWARM_HOME, else the nearest directory upwards with a swarm.toml.",
        epilog=f"examples:\n  {NAME} demo\n  {NAME} init my-swarm && {NAME} -C my-swarm\n\n"
        "exit status: 0 done, 1 failed, 2 wrong usage, 3 refused by policy, 4 no such agent, 5 busy, 130 interrupted",
        formatter_class=Help,
        allow_abbrev=False,
    )
    _add_global_options(parser)
    parser.add_argument("--read-only", action="store_true", help="open the control room without any act that writes")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", dest="verb", parser_class=Parser)
    for verb in VERBS:
        one = verbs.add_parser(
            verb.name,
            help=verb.help,
            description=_sentence(verb.help),
            epilog=f"example:\n  {NAME} {verb.example}",
            formatter_class=Help,
            allow_abbrev=False,
        )
        _add_global_options(one)
        _module(verb).configure(one)
    return parser


def _add_global_options(parser: "argparse.ArgumentParser") -> None:
    from swarm_tui.cli.commands.common import duration
    from swarm_tui.cli.parser import Version

    parser.add_argument("-C", dest="home", metavar="DIR", help="the swarm's home")
    parser.add_argument("--wait", type=duration, default=10.0, metavar="TIME", help="how long to wait for a lock (10s)")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--version", action=Version, nargs=0, help="print the version and leave")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _module(verb: Verb) -> "ModuleType":
    return import_module(f"swarm_tui.cli.commands.{verb.module}")


def _wants_json(words: Sequence[str]) -> bool:
    ours = words[: words.index("--")] if "--" in words else words
    return "--json" in ours


def _open_room(args: "argparse.Namespace", out: Output) -> int:
    if out.json or args.json:
        raise Usage("The control room has no JSON.", hint=f"Try: {NAME} status --json")
    if not (sys.stdin is not None and sys.stdin.isatty() and out.tty):
        raise Usage(
            "The control room needs a terminal.",
            "Standard input and output are not both one.",
            f"Try: {NAME} status    or {NAME} run, for heartbeats without a screen",
        )
    if os.environ.get("TERM", "dumb") in ("dumb", ""):
        raise Usage("This terminal (TERM=dumb) cannot show the control room.", hint=f"Try: {NAME} status")
    layout = _room(args.home)
    from swarm_tui.terminal import gc_tuning

    gc_tuning.rest()
    from swarm_tui.app import app

    status: int = app.run(layout, read_only=args.read_only)
    return status


def _room(given: str | None) -> "Layout":
    """The home that the control room opens; raises NotFound `no-home` where none is named and none found.

    One that is named and is not there (any more) opens too: the room says so, and shows it as soon as it is made.
    """
    from pathlib import Path

    from swarm.protocol.paths import Layout, find_home

    try:
        return find_home(given, os.environ, Path.cwd())
    except NotFound:
        named = given or os.environ.get("SWARM_HOME")
        if not named:
            raise
        return Layout(Path(named).expanduser().absolute())


def _of_system(error: OSError) -> SwarmError:
    what = error.strerror or str(error)
    where = f"{os.fsdecode(error.filename)!r}: " if isinstance(error.filename, str | bytes) else ""
    return SwarmError(f"{where}{what}.", code="system")


def _report_mistake(
    kind: type[BaseException], error: BaseException, traceback: "TracebackType | None"
) -> None:  # the process ends with status 1 after this
    out = Output.of_process(json=_wants_json(sys.argv[1:]))
    if os.environ.get("SWARM_TUI_DEBUG"):
        sys.__excepthook__(kind, error, traceback)
    out.error(SwarmError(f"{kind.__name__}: {str(error)[:300]}", hint=REPORT, code="internal"))
