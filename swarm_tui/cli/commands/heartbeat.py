"""`swarm-tui heartbeat`: one heartbeat, or its plan."""

import argparse
from typing import TYPE_CHECKING

from msgspec import to_builtins

from swarm.notify.start import Teller
from swarm.rules.results.outcomes import checked_words
from swarm_tui.cli.commands.common import acting, looking
from swarm_tui.cli.output import Output
from swarm_tui.cli.own_targets import own_targets

if TYPE_CHECKING:
    from swarm.api import Swarm
    from swarm.model.beat import Beat
    from swarm.model.requests import Rehearsal

BY = "heartbeat"


def heartbeat(args: argparse.Namespace, out: Output) -> int:
    """Beats once and prints the record, or prints the plan."""
    if args.dry_run:
        _say_plan(looking(args, out).rehearse(), out, force=args.force)
        return 0
    return beat_once(acting(args, out), out, force=args.force)


def beat_once(swarm: "Swarm", out: Output, *, force: bool = False) -> int:
    """One heartbeat, printed. Returns the exit status."""
    beat = swarm.beat(by=BY, force=force)
    swarm.tell_operator(Teller(own_targets(out)), owner=True, beaten=True)
    if out.json:
        out.document(record_of(beat))
        return 0
    out.say(line_of(beat))
    for action in beat.actions:
        out.say(f"  {action.action} {action.agent}: {action.reason}".rstrip(": "))
    for alert in beat.alerts:
        out.say(f"  alert: {alert}")
    return 0


def record_of(beat: "Beat") -> dict[str, object]:
    """A heartbeat's record (protocol.md) for JSON."""
    data: dict[str, object] = to_builtins(beat)
    return data


def line_of(beat: "Beat") -> str:
    """A heartbeat in one line."""
    done: dict[str, int] = {}
    for action in beat.actions:
        act = action.action.value
        done[act] = done.get(act, 0) + 1
    acts = ", ".join(f"{act} {number}" for act, number in done.items()) or "nothing to do"
    gap = f", after a gap: {beat.gap}" if beat.gap else ""
    verdict = "passed" if beat.passed else "NOT passed"
    outcomes = checked_words(beat.acceptance)
    return f"{beat.at} heartbeat {beat.n} {verdict} in {beat.took_ms} ms: {acts}; outcomes: {outcomes}{gap}"


def _say_plan(rehearsal: "Rehearsal", out: Output, *, force: bool) -> None:
    plan = rehearsal.plan
    refused = "" if force else rehearsal.refused
    if out.json:
        from swarm_tui.cli.status_json import slots_json

        out.document(
            {
                "dry_run": True,
                "n": plan.n,
                "refused": refused,
                "gap": plan.gap,
                "counts": dict(plan.counts),
                "slots": slots_json(plan.slots),
                "actions": [
                    {
                        "act": action.kind.value,
                        "agent": action.agent,
                        "spawn_id": action.spawn_id,
                        "reason": action.reason,
                        "code": action.code,
                        "subtree": action.subtree,
                    }
                    for action in plan.actions
                ],
            }
        )
        return
    out.say(f"heartbeat {plan.n} would do:" if plan.actions else f"heartbeat {plan.n} would find nothing to do")
    for action in plan.actions:
        below = f" and {len(action.subtree)} below" if action.subtree else ""
        out.say(f"  {action.kind.value:<11} {action.agent or action.code}{below}: {action.reason}")
    if plan.gap:
        out.say(f"After a gap in time ({plan.gap}) it investigates and never kills.")
    if refused:
        out.tell(f"It would be refused now: {refused}")
