"""The heartbeat from the keyboard: rehearse, beat, freeze."""

from collections import Counter

from swarm.model.beat import ActionKind, Beat
from swarm.model.plan import Plan
from swarm.model.record import Phase
from swarm.model.requests import Rehearsal
from swarm.sanitize import clean
from swarm_tui.app.screens.dry_run import RehearsalScreen
from swarm_tui.app.screens.engine_calls import ActingScreen

FREEZE_WORD = "freeze"


def plan(room: ActingScreen) -> None:
    def show(rehearsal: Rehearsal) -> None:
        def decided(skip: frozenset[str] | None) -> None:
            if skip is not None:
                _beat(room, skip, force=bool(rehearsal.refused))

        room.app.push_screen(RehearsalScreen(rehearsal, writable=room.writable, root=room.snapshot.root), decided)

    room.perform("rehearse the heartbeat", lambda: room.swarm.rehearse(room.snapshot), show, opens=True)


def beat(room: ActingScreen) -> None:
    """Says what a heartbeat would do now, and asks."""

    def show(rehearsal: Rehearsal) -> None:
        def answered(*, yes: bool) -> None:
            if yes:
                _beat(room, frozenset(), force=bool(rehearsal.refused))

        title = "Beat now all the same?" if rehearsal.refused else "Beat now?"
        refused = (rehearsal.refused,) if rehearsal.refused else ()
        room.ask(title, answered, notes=(*refused, *_what_it_does(room, rehearsal.plan)), yes="Beat")

    room.perform("beat", lambda: room.swarm.rehearse(room.snapshot), show, opens=True)


def _what_it_does(room: ActingScreen, plan: Plan) -> list[str]:
    """Whom it would end, by id, and how many acts of each other kind."""
    ends = [clean(act.agent, 100) for act in plan.actions if act.kind in (ActionKind.KILL, ActionKind.END_STRAY)]
    others = Counter(act.kind for act in plan.actions if act.kind not in _NOT_COUNTED)
    counts = ", ".join(f"{kind.value} {count}" for kind, count in others.items())
    said = [f"It ends {', '.join(ends)}."] if ends else ["It ends nobody."]
    if counts:
        said.append(f"Besides: {counts}.")
    return [*said, f"{room.key_of('plan')} shows all of it, and lets you leave some out."]


_NOT_COUNTED = frozenset({ActionKind.KILL, ActionKind.END_STRAY, ActionKind.SKIP, ActionKind.NOTE})


def _beat(room: ActingScreen, skip: frozenset[str], *, force: bool) -> None:
    def beaten(record: Beat) -> None:
        room.did_for_good(f"heartbeat {record.n}", "what a heartbeat did is done")
        room.beaten(record)

    room.perform("beat", lambda: room.swarm.beat(by=room.host.signature, force=force, skip=skip), beaten, beating=True)


def freeze(room: ActingScreen) -> None:
    views = room.snapshot.agents
    live = [view for view in views if view.record is not None and view.record.phase is Phase.RUNNING]
    frozen = [view for view in live if view.record is not None and view.record.paused is not None]
    if live and len(frozen) == len(live):
        room.perform("thaw all", room.swarm.thaw_all, lambda count: _said(room, f"{count} agents go on"))
        return
    if not live:
        room.say("No agent is running.")
        return

    def decided(*, yes: bool) -> None:
        if yes:
            room.perform("freeze all", room.swarm.freeze_all, lambda count: _said(room, f"{count} agents stand still"))

    room.ask(
        f"Freeze all {len(live)} running agents? They keep their slots and do not age.",
        decided,
        targets=tuple(room.target_of(view) for view in live),
        yes="Freeze",
        danger=True,
        typed=FREEZE_WORD,
    )


def _said(room: ActingScreen, words: str) -> None:
    room.did_for_good(words, f"{room.key_of('freeze')} halts all, and lets them go on")
    room.say(words)


HANDLERS = {"plan": plan, "beat": beat, "freeze": freeze}
