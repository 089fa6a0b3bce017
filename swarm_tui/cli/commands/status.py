"""`swarm-tui status`: the tree as text, as JSON, or as one line; once, or whenever it changes."""

import argparse
import os
from typing import TYPE_CHECKING

from swarm.errors import UsageError
from swarm_tui.cli.commands.common import looking
from swarm_tui.cli.output import SCHEMA, Output, to_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from swarm.api import Swarm
    from swarm.model.health import Verdict
    from swarm.model.snapshot import Snapshot


def status(args: argparse.Namespace, out: Output) -> int:
    """Looks at everything and prints what is asked for; with --watch again and again."""
    if args.line and (out.json or args.words or args.problems):
        raise UsageError(
            "--line and --json exclude each other." if out.json else "--line speaks of the whole swarm.",
            hint="Leave out --line, or the rest.",
        )
    swarm = looking(args, out)
    asked = _Asked(args.words, args.problems, args.line, args.watch)
    if not args.watch:
        out.out.writelines(f"{line}\n" for line in asked.lines(swarm, out))
        return 0
    from swarm_tui.cli.watch import watch

    return watch(lambda: asked.lines(swarm, out), out)


class _Asked:
    """What of the swarm is asked for, and in which form."""

    def __init__(self, words: "Sequence[str]", problems: bool, line: bool, watch: bool) -> None:
        self._words, self._problems, self._line, self._watch = words, problems, line, watch
        self._edited = 0
        self._last: tuple[object, tuple[str, ...]] = (None, ())

    def lines(self, swarm: "Swarm", out: Output) -> "Sequence[str]":
        """The lines to be printed, after a look at everything."""
        if self._watch:
            self._follow_settings(swarm)
        snapshot = swarm.snapshot()
        now = swarm.now()
        verdicts = swarm.verdicts(snapshot, now)
        policy = swarm.home.policy
        selection = None
        if self._words or self._problems:
            from swarm_tui.cli.selection import select

            selection = select(snapshot, verdicts, self._words, only_problems=self._problems)
        if out.json:
            from swarm_tui.cli.status_json import document

            stands = _stands(snapshot, verdicts)
            if self._watch and self._last[0] == stands:
                return self._last[1]  # that all are a second older is no change
            wanted = None if selection is None else selection.ids(snapshot)
            value = document(snapshot, verdicts, now, policy, swarm.usage(snapshot), wanted)
            self._last = (stands, (to_json({"schema": SCHEMA, **value}, indent=None if self._watch else 2),))
            return self._last[1]
        from swarm.rules.heart import heart
        from swarm_tui.cli.status_text import line, tree
        from swarm_tui.cli.terminal_width import charset_of, width_of

        beats = heart(snapshot, policy, now)
        if self._line:
            return (line(snapshot, verdicts, now, beats, charset_of(out)),)
        shown = tree(snapshot, verdicts, now, beats, charset_of(out), width_of(out), selection)
        return tuple(map(out.painted, shown))

    def _follow_settings(self, swarm: "Swarm") -> None:
        """Takes swarm.toml anew where it was edited since the last look."""
        try:
            edited = os.stat(swarm.home.layout.policy).st_mtime_ns
        except OSError:
            edited = 0
        if self._edited not in (0, edited):
            swarm.reread()
        self._edited = edited


def _stands(snapshot: "Snapshot", verdicts: "Mapping[str, Verdict]") -> object:
    """What a change is, for those who read documents: everything but ages and what processes use."""
    rows = [
        (view.ref, verdicts[view.id].state, view.progress.last, view.observed.outputs, view.results, view.problems)
        for view in snapshot.agents
    ]
    return rows, snapshot.alerts, snapshot.slots, snapshot.heartbeat_n, snapshot.heartbeat_running
