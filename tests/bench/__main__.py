"""Measures everything, or what is named: prints a table, adds the run to bench.json.

Exit status: 0 all aims met, 1 an aim missed; with --against 0 nothing worse than before, 1 something worse beyond the
noise of both runs, whatever the aims; 2 wrong usage, a file that cannot be read, or a bench that could not run.
"""

import argparse
import compileall
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from tests.bench import (
    campaign,
    commands,
    commits,
    growth,
    heartbeats,
    hooks,
    idle,
    injection,
    keys,
    latency,
    lives,
    long_life,
    picture,
    planning,
    reader,
    transcript,
    twelve,
    verbs,
    ways,
)
from tests.bench import runs as files
from tests.bench.against import against_table, compare, earlier, worse
from tests.bench.figures import Figure
from tests.bench.homes import BenchHome
from tests.bench.pty import Silent
from tests.bench.tables import growth as growth_table
from tests.bench.tables import table
from tests.support.own_settings import stand_apart

SMALL, LARGE, HUGE = 12, 1_000, 10_000


class Bench(NamedTuple):
    """One measured thing. sizes: agents for which it is measured; empty where it needs none."""

    name: str
    help: str
    sizes: tuple[int, ...]
    run: Callable[["Homes", int, bool], list[Figure]]
    named_only: bool = False
    """It takes so long that it is measured only where it is named."""


class Homes:
    """The homes of this run, each made once."""

    def __init__(self) -> None:
        self._made: dict[int, BenchHome] = {}
        self._stack = ExitStack()

    def of(self, count: int) -> BenchHome:
        """The home with so many agents."""
        if count not in self._made:
            _note(f"making a home of {count:,} agents")
            self._made[count] = self._stack.enter_context(BenchHome(count))
        return self._made[count]

    def close(self) -> None:
        """Takes all away."""
        self._stack.close()


def _in_home(measure: Callable[..., list[Figure]], **more: bool) -> "Run":
    """A bench that needs a home."""
    return lambda homes, count, quick: measure(homes.of(count), quick=quick, **more)


Run = Callable[[Homes, int, bool], list[Figure]]
BENCHES = (
    Bench("latency", "progress.md written -> its row on the terminal", (SMALL, LARGE), _in_home(latency.measure)),
    Bench("storm", "the same with 200 writes/s elsewhere", (HUGE,), _in_home(latency.measure, elsewhere=True)),
    Bench("idle", "processor while nothing happens", (SMALL, LARGE, HUGE), _in_home(idle.processor)),
    Bench("picture", "start -> first rows, whole tree", (SMALL, LARGE, HUGE), _in_home(picture.measure)),
    Bench("memory", "resident memory", (SMALL, LARGE, HUGE), _in_home(idle.memory)),
    Bench(
        "plan", "the plan of a heartbeat", (LARGE, HUGE), lambda _, count, quick: planning.measure(count, quick=quick)
    ),
    Bench(
        "heartbeat", "a whole heartbeat, most agents ended", (), lambda _, __, quick: heartbeats.measure(quick=quick)
    ),
    Bench(
        "growth",
        "how cost grows from 10 to 10,000 agents",
        (),
        lambda homes, _, quick: growth.measure(homes.of, quick=quick),
    ),
    Bench("progress", "swarm-tui progress", (SMALL,), _in_home(verbs.measure)),
    Bench(
        "commands",
        "spawn -- true, kill, status, heartbeat as whole processes",
        (),
        lambda _, __, quick: commands.measure(quick=quick),
    ),
    Bench("hooks", "swarm-tui hook guard, hook after", (SMALL,), _in_home(hooks.measure)),
    Bench("key", "key pressed -> screen changed", (LARGE, HUGE), _in_home(keys.measure)),
    Bench("spawn", "spawn -> program running; kill -> verified gone", (SMALL,), _in_home(lives.measure)),
    Bench("ledger", "commits of eight writers", (), lambda _, __, quick: commits.measure(quick=quick)),
    Bench("reader", "the last words of a long progress.md", (), lambda _, __, quick: reader.measure(quick=quick)),
    Bench(
        "life",
        "memory through ten days of the demo: takes an hour, so name it",
        (),
        lambda _, __, quick: long_life.measure(quick=quick),
        named_only=True,
    ),
    Bench("transcript", "reading a long transcript", (), lambda _, __, quick: transcript.measure(quick=quick)),
    Bench(
        "injection",
        "how well orders to a reader are found, and what it costs",
        (),
        lambda _, __, quick: injection.measure(quick=quick),
    ),
    Bench("campaign", "how much of the ten failures is found", (), lambda _, __, ___: campaign.measure()),
    Bench(
        "ways", "how many of our files the four ways lead through", (), lambda _, __, quick: ways.measure(quick=quick)
    ),
    Bench("twelve", "twelve real agents at once", (), lambda _, __, quick: twelve.measure(quick=quick)),
)


def main(words: Sequence[str]) -> int:
    args = _parser().parse_args(words)
    chosen = [bench for bench in BENCHES if bench.name in args.names or not (args.names or bench.named_only)]
    try:
        # Before anything is measured: that may take an hour.
        kept = files.kept(args.json)
        before = earlier(files.read(args.against).runs, args.commit) if args.against is not None else None
    except files.BadRuns as error:
        _note(str(error))
        return 2
    _compile()
    where = files.machine()
    figures, failed = _measured(chosen, args.agents, quick=args.quick)
    if figures:
        files.append(args.json, kept, files.made(figures, where))
    print(", ".join(f"{key} {value}" for key, value in where.items()))
    print(table(figures))
    if grown := growth_table(figures):
        print(f"\nHow cost grows:\n\n{grown}")
    if before is None:
        return 2 if failed else int(any(figure.met is False for figure in figures))
    compared = compare(before, figures)
    print(f"\nAgainst {args.against}:\n\n{against_table(compared)}")
    return 2 if failed else int(worse(compared))


def _measured(chosen: Sequence[Bench], agents: int | None, *, quick: bool) -> tuple[list[Figure], bool]:
    """What the benches find, and whether one could not run."""
    figures: list[Figure] = []
    failed = False
    homes = Homes()
    settings = stand_apart()
    try:
        for bench, count in _runs(chosen, agents):
            _note(f"{bench.name}{f', {count:,} agents' if count else ''}")
            try:
                figures += bench.run(homes, count, quick)
            except (Silent, AssertionError, subprocess.SubprocessError, OSError) as error:
                _note(f"{bench.name} could not be measured: {error}")
                failed = True
    finally:
        homes.close()
        shutil.rmtree(settings, ignore_errors=True)
    return figures, failed


def _runs(chosen: Sequence[Bench], agents: int | None) -> Iterator[tuple[Bench, int]]:
    """What is measured, for how many agents: the sizes of the table, or the one asked for."""
    for bench in chosen:
        if not bench.sizes:
            yield bench, 0
        for count in bench.sizes if agents is None else (agents,) if bench.sizes else ():
            yield bench, count


def _parser() -> argparse.ArgumentParser:
    listed = "\n".join(f"  {bench.name:<12}{bench.help}" for bench in BENCHES)
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description="How fast swarm-tui is, against what such things cost at least.\n"
        "Exit status: 0 all aims met (with --against: nothing worse beyond the noise), 1 not so, 2 could not run.",
        epilog=f"benches:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = [bench.name for bench in BENCHES]
    parser.add_argument("names", nargs="*", choices=[*names, []], metavar="NAME", help="what to measure; all of it")
    parser.add_argument("--agents", type=int, metavar="N", help="for so many agents, not for those of the table")
    parser.add_argument("--quick", action="store_true", help="fewer samples")
    parser.add_argument("--json", type=Path, default=Path("bench.json"), metavar="FILE", help="bench.json")
    parser.add_argument("--against", type=Path, metavar="FILE", help="compare with the newest figures of such a file")
    parser.add_argument("--commit", metavar="NAME", help="with --against: with those of this commit (NAME+: changed)")
    return parser


def _compile() -> None:
    """Byte code, as an installation makes it: without it every start would compile the whole program."""
    for package in ("swarm", "widgets", "swarm_tui"):
        found = find_spec(package)
        for directory in found.submodule_search_locations or () if found is not None else ():
            compileall.compile_dir(directory, quiet=2)


def _note(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
