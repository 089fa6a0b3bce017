"""The parsers of the command line, made from the declared verbs; their complaints are errors like all others."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NoReturn

from swarm.errors import UsageError
from swarm.model.verb import Argument, ArgumentKind, Verb
from swarm_tui.cli.output import NAME

MAX_DIGITS = 15
_UNKNOWN = "unrecognized arguments: "
"""argparse tells its complaints apart by their words alone; where these are others, no option is suggested."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are errors like all others."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(
            f"{message[:1].upper()}{message[1:].rstrip('.')}.",
            f"Usage: {self.usage_line()}",
            f"{self._suggestion(message)}{self.prog} --help explains it.",
        )

    def _suggestion(self, message: str) -> str:
        """The nearest option, where the complaint is about one that is not there."""
        _, _, unknown = message.partition(_UNKNOWN)
        if not unknown.startswith("--"):
            return ""
        from swarm_tui.cli.suggest import option_for

        meant = option_for(unknown.split()[0], self._option_string_actions)
        return f"Perhaps you mean {meant}. " if meant else ""

    def usage_line(self) -> str:
        """The usage in one line."""
        return " ".join(self.format_usage().removeprefix("usage: ").split())


def parse_room(words: Sequence[str]) -> argparse.Namespace:
    """What the words of a command line without a verb say. All verbs' parsers are made for help and complaints only."""
    parser = Parser(prog=NAME, allow_abbrev=False, add_help=False)
    _add_room_options(parser)
    with suppress(UsageError):
        return parser.parse_args(words)
    return whole_parser().parse_args(words)


def whole_parser() -> Parser:
    """The parser of every verb, for --help and completion."""
    from swarm.model.verbs import VERBS

    parser = Parser(
        prog=NAME,
        description="The control room of a swarm of coding agents. A swarm lives in a directory, its home; without a\n"
        "verb the control room opens on it. The home is -C DIR, else $SWARM_HOME, else the nearest directory\n"
        "upwards that has a swarm.toml.",
        epilog=f"examples:\n  {NAME} demo\n  {NAME} init my-swarm && {NAME} -C my-swarm\n\n"
        "exit status: 0 done, 1 failed, 2 wrong usage, 3 refused by policy, 4 no such agent, 5 busy, 130 interrupted",
        formatter_class=HelpFormatter,
        allow_abbrev=False,
    )
    _add_room_options(parser)
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", dest="verb", parser_class=Parser)
    for verb in VERBS:
        parser_of(verb, partial(verbs.add_parser, verb.name, help=verb.help))
    return parser


def parser_of(verb: Verb, make: Callable[..., Parser] = Parser) -> Parser:
    """The parser of one verb, with the options that every verb has. make: makes it, for itself or within another."""
    parser = make(
        prog=f"{NAME} {verb.name}",
        usage=_usage(verb),
        description=f"{verb.help[:1].upper()}{verb.help[1:]}.",
        epilog=f"example:\n  {NAME} {verb.example}",
        formatter_class=HelpFormatter,
        allow_abbrev=False,
    )
    for argument in verb.arguments:
        if argument.help:
            _add(parser, argument)
    _add_global_options(parser)
    return parser


def _add_room_options(parser: Parser) -> None:
    _add_global_options(parser)
    parser.add_argument("--read-only", action="store_true", help="open the control room without the actions that write")
    parser.add_argument("--theme", default="", metavar="NAME", help="the theme of this control room, like swarm-light")
    parser.add_argument("--ascii", action="store_true", help="open the control room with signs of ASCII only")


def _add_global_options(parser: Parser) -> None:
    group = parser.add_argument_group("options of every verb")
    group.add_argument("-C", dest="home", metavar="DIR", help="the swarm's home ($SWARM_HOME, or found upwards)")
    group.add_argument(
        "--wait", type=_duration, default=10.0, metavar="TIME", help="how long to wait for a lock (default: 10s)"
    )
    group.add_argument("--json", action="store_true", help="print one JSON document")
    group.add_argument("--version", action=Version, nargs=0, help="print the version and leave")


def _add(parser: Parser, argument: Argument) -> None:
    given: dict[str, Any] = {"help": argument.help.replace("%", "%%")}
    if argument.kind is ArgumentKind.FLAG:
        parser.add_argument(*argument.flags, dest=argument.name, action="store_true", **given)
        return
    given |= {"metavar": argument.metavar or None, "choices": argument.choices or None, "type": _reader(argument)}
    if argument.kind is ArgumentKind.WORDS:
        parser.add_argument(argument.name, nargs="+", action=_Joined, **given)
    elif not argument.flags:
        nargs = ("+" if argument.required else "*") if argument.many else None if argument.required else "?"
        parser.add_argument(argument.name, nargs=nargs, default=argument.default, **given)
    elif argument.many:
        parser.add_argument(*argument.flags, dest=argument.name, action="append", default=[], **given)
    else:
        given |= {"required": argument.required, "default": argument.default}
        if argument.without is not None:
            given |= {"nargs": "?", "const": argument.without}
        parser.add_argument(*argument.flags, dest=argument.name, **given)


def _usage(verb: Verb) -> str:
    """What follows `usage: `, wrapped between arguments. The options of every verb are not repeated in it."""
    taken = [argument for argument in verb.arguments if argument.help]
    taken.sort(key=lambda argument: (bool(argument.flags), not argument.required))
    lines = [f"{NAME} {verb.name}"]
    indent, width = " " * len(f"usage: {lines[0]}"), _columns() - 10
    for part in (*map(_in_usage, taken), *(["[-- COMMAND ...]"] if verb.command else [])):
        if len(lines[-1]) + len(part) > width:
            lines.append(indent)
        lines[-1] += f" {part}"
    return "\n".join(lines)


def _in_usage(argument: Argument) -> str:
    value = argument.metavar or "{" + ",".join(argument.choices) + "}"
    if argument.flags:
        value = value if argument.without is None else f"[{value}]"
        value = argument.flags[0] if argument.kind is ArgumentKind.FLAG else f"{argument.flags[0]} {value}"
    repeated = "..." if argument.many or argument.kind is ArgumentKind.WORDS else ""
    return f"{value if argument.required else f'[{value}]'}{repeated}"


def _reader(argument: Argument) -> Callable[[str], object]:
    """What makes a value of a word; it raises ArgumentTypeError."""
    if argument.kind not in _READERS:
        return str
    read = _READERS[argument.kind]

    def bounded(word: str) -> float:
        value = read(word)
        if not argument.least <= value <= argument.most:
            upper = f" and at most {argument.most:g}" if argument.most < float("inf") else ""
            raise argparse.ArgumentTypeError(f"it must be at least {argument.least:g}{upper}")
        return value

    return bounded


def _duration(word: str) -> float:
    from swarm.formatting import parse_duration

    try:
        return parse_duration(word)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _whole(word: str) -> int:
    if not (word.isascii() and word.isdigit() and len(word) <= MAX_DIGITS):
        raise argparse.ArgumentTypeError(f"{word[:40]!r} is not a number of 0 or more")
    return int(word)


def _decimal(word: str) -> float:
    try:
        return float(word)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{word[:40]!r} is not a number") from error


_READERS: dict[ArgumentKind, Callable[[str], float]] = {
    ArgumentKind.NUMBER: _whole,
    ArgumentKind.DECIMAL: _decimal,
    ArgumentKind.SECONDS: _duration,
}


class _Joined(argparse.Action):
    """Takes several words as one text."""

    def __call__(self, _: argparse.ArgumentParser, given: argparse.Namespace, words: Any, *__: object) -> None:
        setattr(given, self.dest, " ".join(words))


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Formats help as wide as the terminal. argparse makes one an option; given its width, it needs no shutil."""

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
