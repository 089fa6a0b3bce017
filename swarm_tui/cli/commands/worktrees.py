"""`swarm-tui diff`, `merge`, `handover`, `worktrees`: what agents changed in repositories."""

import argparse
from typing import TYPE_CHECKING

from msgspec import to_builtins

from swarm.errors import UsageError
from swarm_tui.cli.commands.common import acting
from swarm_tui.cli.output import Output

if TYPE_CHECKING:
    from swarm.model.requests import WorktreeRow

_ROLES = {"+": "good", "-": "danger", "@": "accent"}
"""The colours of a difference, by the first character of a line."""


def diff(args: argparse.Namespace, out: Output) -> int:
    """Prints the difference; how much it is goes to standard error."""
    from swarm.verbs.worktrees import changes_text

    report = acting(args, out).diff(args.id, stat=args.stat)
    if out.json:
        out.document(to_builtins(report))
        return 0
    out.tell(f"{report.agent}: {changes_text(report.changes)}")
    for line in report.text.split("\n"):
        out.say_cells([(line, _ROLES.get(line[:1], "muted" if line.startswith("diff ") else ""))])
    if report.cut:
        out.tell(
            f"(… it goes on: all of it is in the worktree, git -C {report.worktree.path} diff {report.worktree.base})"
        )
    return 0


def merge(args: argparse.Namespace, out: Output) -> int:
    """Merges, and says what was done."""
    from swarm.verbs.merge import merge_text

    report = acting(args, out).merge(args.id, into=args.into, message=args.message, remove=args.remove)
    if out.json:
        out.document(to_builtins(report))
    else:
        out.say(merge_text(report))
    return 0


def handover(args: argparse.Namespace, out: Output) -> int:
    """Hands the work of an ended agent over, and says where it is now."""
    from swarm.verbs.handover import handover_text

    report = acting(args, out).handover(args.id, name=args.name, to=args.to, message=args.message)
    if out.json:
        out.document(to_builtins(report))
    else:
        out.say(handover_text(report))
    return 0


def worktrees(args: argparse.Namespace, out: Output) -> int:
    """Lists them, or removes one, or all that hold nothing."""
    swarm = acting(args, out)
    if args.discard and not args.remove:
        raise UsageError("--discard says what becomes of a worktree that --remove names.", hint="Add: --remove ID")
    if args.prune:
        gone = swarm.prune_worktrees()
        if out.json:
            out.document({"removed": list(gone)})
        else:
            out.say("\n".join(f"{name}: its worktree is removed" for name in gone) or "There is none that can go.")
        return 0
    if args.remove:
        stays = swarm.remove_worktree(args.remove, discard=args.discard)
        if out.json:
            out.document({"removed": args.remove, "branch_left": stays or None})
        else:
            out.say(f"{args.remove}: its worktree is removed" + (f"; the branch {stays} stays" if stays else ""))
        return 0
    rows = swarm.worktrees()
    if out.json:
        out.document({"worktrees": [to_builtins(row) for row in rows]})
        return 0
    for row in rows:
        out.say(_line(row))
    if not rows:
        out.tell("No agent of this home has a worktree.")
    return 0


def _line(row: "WorktreeRow") -> str:
    from swarm.verbs.worktrees import changes_text

    if row.worktree is None:
        return f"{row.path}: no agent of this home has it"
    state = "runs" if row.live else "merged" if row.merged else "not merged"
    return f"{row.agent}: {row.worktree.branch}, {changes_text(row.changes)}, {state}\n  {row.path}"
