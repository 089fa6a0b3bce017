"""`swarm-tui completion`: prints completion for a shell, made from the parsers themselves (shtab)."""

import argparse

from swarm.errors import UsageError
from swarm.model.verb import ArgumentKind
from swarm.model.verbs import VERBS
from swarm_tui.cli.output import Output
from swarm_tui.cli.parser import whole_parser


def completion(args: argparse.Namespace, out: Output) -> int:
    """Prints the script; the shell is to source it."""
    if out.json:
        raise UsageError("A completion script is no JSON.")
    out.out.write(script(args.shell))
    return 0


def script(shell: str) -> str:
    """The completion of the whole command for `bash`, `zsh` or `tcsh`."""
    import shtab

    completed = {ArgumentKind.FILE: shtab.FILE, ArgumentKind.DIRECTORY: shtab.DIRECTORY}
    paths = {
        (verb.name, argument.name): completed[argument.kind]
        for verb in VERBS
        for argument in verb.arguments
        if argument.kind in completed
    }
    parser = whole_parser()
    for name, inner in _parsers(parser):
        for action in inner._actions:  # noqa: SLF001  (argparse has no public list of them; shtab reads the same one)
            known = shtab.DIRECTORY if action.dest == "home" else paths.get((name, action.dest))
            if known is not None:
                action.complete = known  # type: ignore[attr-defined]  # shtab's way to be told
    text: str = shtab.complete(parser, shell)
    return text if text.endswith("\n") else text + "\n"


def _parsers(whole: argparse.ArgumentParser) -> list[tuple[str, argparse.ArgumentParser]]:
    subparsers = (each for each in whole._actions if isinstance(each, argparse._SubParsersAction))  # noqa: SLF001
    return [("", whole), *(pair for each in subparsers for pair in each.choices.items())]
