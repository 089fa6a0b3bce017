"""The command `swarm-tui`: finds the verb, and imports only what that one needs."""

import gc
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from swarm.errors import Code, NotFound, SwarmError, UsageError
from swarm_tui.cli.output import NAME, REPORT, Output
from swarm_tui.cli.verb_place import find_verb

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from swarm.model.verb import Verb
    from swarm.protocol.paths import Layout

INTERRUPTED = 130
GARBAGE = 100_000
"""So many objects more than before make a verb look for garbage: those that its modules are made of never are."""
LONG = frozenset({"demo", "mcp", "run"})
"""Verbs that go on, and so make garbage that is worth looking for."""
LIGHT = frozenset({"completion", "done", "hook", "progress"})
"""Verbs that need no declared values."""

COMMANDS = {
    **dict.fromkeys(("message", "pause", "resume", "hold", "respawn"), "agents"),
    **dict.fromkeys(("progress", "done", "read", "accept", "reject"), "reports"),
    **dict.fromkeys(("init", "doctor", "roles", "templates"), "homes"),
    **dict.fromkeys(("hook", "mcp"), "programs"),
    **dict.fromkeys(("ack", "freeze", "thaw"), "alerts"),
    "config": "own_settings",
    **dict.fromkeys(("sessions", "adopt", "dismiss"), "sessions"),
    **dict.fromkeys(("diff", "merge", "handover", "worktrees"), "worktrees"),
}
"""Which module of commands/ a verb's function stands in; else the module has the verb's name, as the function has."""


def main(argv: "Sequence[str] | None" = None) -> int:
    """Runs one command and returns its exit status. argv: the words after `swarm-tui`; None takes the process's."""
    words = list(sys.argv[1:] if argv is None else argv)
    if argv is None and os.getpid() == 1:
        from swarm_tui.cli.first_process import stand_in  # a container without an init of its own

        stand_in()
    if argv is None and (at := find_verb(words)) is not None and words[at] not in LONG:
        gc.disable()
        _leave(_run(words, argv))
    return _run(words, argv)


def _leave(status: int) -> NoReturn:
    """Ends the process at once: taking its modules down, one by one, would be a tenth of the time of a verb."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # what could not be written was reported before
            stream.flush()
    os._exit(status)


def _run(words: list[str], argv: "Sequence[str] | None") -> int:
    if len(words) == 2 and words[0] == "hook":
        from swarm.hooks.serve import HOOKS, serve  # without the parser

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
        out.abandon()  # the reader has closed its end
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
    if words[:1] == ["progress"]:
        from swarm_tui.cli.commands import reports

        # Agents call it every few minutes: its usual words are read without the parser, which is half of its cost.
        if (plain := reports.plain_progress(words[1:])) is not None:
            return reports.report_progress(*plain, out)
    if words[:1] == ["completion"] and words[2:3] == ["--"]:
        from swarm.model.verbs import SHELLS
        from swarm_tui.cli.commands.completion import answer

        # A person waits for it at every tab: without the parser, too.
        if words[1] in SHELLS:
            out.out.write("".join(answer(words[1], words[3:])))
            return 0
    from swarm_tui.cli.parser import parse_room, parser_of

    at = find_verb(words)
    if at is None:
        return _open_room(parse_room(words), out)
    verb = _verb(words[at])
    rest = words[:at] + words[at + 1 :]
    command: list[str] = []
    if verb.command and "--" in rest:
        split = rest.index("--")
        rest, command = rest[:split], rest[split + 1 :]
    args = parser_of(verb).parse_args(rest)
    args.verb, args.command = verb.name, command
    if verb.name not in LIGHT:
        _import_msgspec()
    return function_of(verb.name)(args, out)


def _verb(word: str) -> "Verb":
    from swarm.model.verbs import BY_NAME

    if word in BY_NAME:
        return BY_NAME[word]
    from swarm_tui.cli.suggest import verb_for

    meant = verb_for(word)
    raise UsageError(
        f"There is no verb {word[:80]!r}.",
        "" if meant else "There are: " + ", ".join(BY_NAME) + ".",
        f"Perhaps you mean: {NAME} {meant}" if meant else f"{NAME} --help lists them.",
    )


def _import_msgspec() -> None:
    """Imports msgspec as where typing_extensions is not installed, whose words typing has too.

    With it come `inspect` and all that reads Python's own source: half of what a bare Python takes to start.
    """
    if "typing_extensions" in sys.modules:
        return
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]  # this is how Python marks what is not there
    try:
        import msgspec  # noqa: F401
    finally:
        del sys.modules["typing_extensions"]


def function_of(verb: str) -> "Callable[[argparse.Namespace, Output], int]":
    """What carries out a verb; only its module is imported."""
    from importlib import import_module

    module = import_module(f"swarm_tui.cli.commands.{COMMANDS.get(verb, verb)}")
    function: Callable[[argparse.Namespace, Output], int] = getattr(module, verb)
    return function


def _wants_json(words: "Sequence[str]") -> bool:
    ours = words[: words.index("--")] if "--" in words else words
    return "--json" in ours


def _open_room(args: "argparse.Namespace", out: Output) -> int:
    if out.json or args.json:
        raise UsageError("The control room has no JSON.", hint=f"Try: {NAME} status --json")
    if not (sys.stdin is not None and sys.stdin.isatty() and out.tty):
        raise UsageError(
            "The control room needs a terminal.",
            "Standard input and output are not both one.",
            f"Try: {NAME} status    or {NAME} run, for heartbeats without a screen",
        )
    if os.environ.get("TERM", "dumb") in ("dumb", ""):
        raise UsageError("This terminal (TERM=dumb) cannot show the control room.", hint=f"Try: {NAME} status")
    layout = _room(args.home)
    from swarm_tui.terminal import background, gc_tuning

    gc_tuning.rest()
    with background.Question(sys.stdin.fileno(), sys.stdout.fileno()) as question:  # answered while the app is read
        from swarm_tui.app import opening

        status: int = opening.run(layout, question, read_only=args.read_only, theme=args.theme, ascii_only=args.ascii)
    return status


def _room(given: str | None) -> "Layout":
    """The home that the control room opens; raises NotFound `no-home` where none is named and none found.

    One that is named and is not there (any more) opens too: the room says so, and shows it as soon as it is made.
    """
    from swarm.protocol.find import find_home
    from swarm.protocol.paths import Layout
    from swarm.protocol.working_directory import named_directory, working_directory

    cwd = working_directory()
    try:
        return find_home(given, os.environ, cwd)
    except NotFound:
        named = given or os.environ.get("SWARM_HOME")
        if not named:
            raise
        return Layout(named_directory(named, cwd))


def _of_system(error: OSError) -> SwarmError:
    what = error.strerror or str(error)
    where = f"{os.fsdecode(error.filename)!r}: " if isinstance(error.filename, str | bytes) else ""
    return SwarmError(f"{where}{what}.", code=Code.SYSTEM)


def _report_mistake(
    kind: type[BaseException], error: BaseException, traceback: "TracebackType | None"
) -> None:  # the process ends with status 1 after this
    out = Output.of_process(json=_wants_json(sys.argv[1:]))
    if os.environ.get("SWARM_TUI_DEBUG"):
        sys.__excepthook__(kind, error, traceback)
    out.error(SwarmError(f"{kind.__name__}: {str(error)[:300]}", hint=REPORT, code=Code.INTERNAL))
