"""`swarm-tui spawn`: checks everything, then starts an agent."""

import argparse
from typing import TYPE_CHECKING

from msgspec import to_builtins

from swarm.errors import Code, NotFound, Refused, SwarmError, UsageError
from swarm_tui.cli.commands.common import acting, text_from
from swarm_tui.cli.output import Output

if TYPE_CHECKING:
    from swarm.model.agent import Acceptance
    from swarm.model.requests import Objection, SpawnCheck, SpawnRequest

CHECK_MARK = "::"


def spawn(args: argparse.Namespace, out: Output) -> int:
    """Starts the agent; prints its id and its directory."""
    from swarm.model.requests import SpawnRequest

    request = SpawnRequest(
        name=args.name,
        role=args.role,
        task=text_from(args.task, "--task"),
        parent=args.parent,
        slots=args.slots,
        accept=tuple(_acceptance(text) for text in args.accept),
        inputs=tuple(args.inputs),
        outputs=tuple(args.outputs),
        owns=tuple(args.owns),
        program=args.program,
        model=args.model,
        env=_environment(args.env),
        command=tuple(args.command),
        cwd=args.cwd,
        worktree=args.worktree,
        queue=args.queue,
        use_reserve=args.use_reserve,
        kill_stuck=args.kill_stuck,
        force=args.force,
    )
    swarm = acting(args, out)
    if args.dry_run:
        return _rehearsed(swarm.check_spawn(request), request, out)
    spawned = swarm.spawn(request)
    for warning in spawned.warnings:
        out.tell(f"warning: {warning}")
    keys = ("spawn_id", "directory", "queued", "warnings", "ended_first")
    said = {"id": spawned.agent, **{key: getattr(spawned, key) for key in keys}}
    if (ended := swarm.why_ended_at_once(spawned)) is not None:
        out.error(ended, said)
        return ended.exit_status
    if out.json:
        out.document(said)
        return 0
    for agent in spawned.ended_first:
        out.tell(f"ended first: {agent}")
    out.say(spawned.agent)
    out.say(spawned.directory)
    if spawned.queued:
        out.tell("It waits in the queue: a heartbeat starts it when a slot is free.")
    return 0


def _rehearsed(check: "SpawnCheck", request: "SpawnRequest", out: Output) -> int:
    said: dict[str, object] = {
        "dry_run": True,
        "id": check.agent,
        "slots": check.slots,
        "free_after": check.free_after,
        "warnings": check.warnings,
        "objections": [to_builtins(objection) for objection in check.objections],
        "candidates": [to_builtins(candidate) for candidate in check.candidates],
    }
    for warning in check.warnings:
        out.tell(f"warning: {warning}")
    if check.objections:
        first, *others = check.objections
        refusal = _error_of(first)
        out.error(refusal, said)
        for objection in others:
            out.tell(f"  and: {objection.title} [{objection.code}] {objection.detail}")
        for candidate in check.candidates:
            out.tell(
                f"  could be ended: {candidate.agent} ({candidate.state}), frees {candidate.frees}: {candidate.why}"
            )
        return refusal.exit_status
    if out.json:
        out.document(said)
        return 0
    out.say(check.agent)
    out.say(f"It would start as {request.role} with slots {check.slots}; {check.free_after} would be free after it.")
    return 0


def _error_of(objection: "Objection") -> SwarmError:
    """What the spawn itself would raise."""
    said = (objection.title, objection.detail, objection.hint)
    if objection.code in (Code.NO_SUCH_AGENT, Code.AMBIGUOUS):
        return NotFound(*said, code=objection.code)
    return UsageError(*said) if objection.code is Code.USAGE else Refused(objection.code, *said)


def _acceptance(text: str) -> "Acceptance":
    from swarm.model.agent import Acceptance

    # The first mark divides: checks hold it more often (pytest's file::test) than sentences do.
    outcome, mark, check = text.partition(CHECK_MARK)
    if not outcome.strip() or (mark and not check.strip()):
        raise UsageError(
            f"--accept {text[:200]!r} is not TEXT or TEXT{CHECK_MARK}CHECK.",
            hint='Like: --accept "report.md names three sources::test -s report.md"',
        )
    return Acceptance(outcome.strip(), check.strip() if mark else None)


def _environment(pairs: list[str]) -> dict[str, str]:
    env: dict[str, str] = {}
    for pair in pairs:
        name, mark, value = pair.partition("=")
        # The value stays unsaid: it may be a secret.
        if not mark or not name or not name.isprintable() or "\0" in value:
            raise UsageError(f"--env {name[:80]!r} is not K=V.", hint="Like: --env LANG=C.UTF-8")
        env[name] = value
    return env
