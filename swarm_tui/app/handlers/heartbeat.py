"""The heartbeat from the keyboard: rehearse, beat, freeze."""

from swarm.model.beat import Beat
from swarm.model.record import Phase
from swarm.model.requests import Rehearsal
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
    def decided(rehearsal: Rehearsal) -> None:
        if not rehearsal.refused:
            _beat(room, frozenset(), force=False)
            return

        def answered(*, yes: bool) -> None:
            if yes:
                _beat(room, frozenset(), force=True)

        room.ask("Beat now all the same?", answered, notes=(rehearsal.refused,), yes="Beat")

    room.perform("beat", lambda: room.swarm.rehearse(room.snapshot), decided, opens=True)


def _beat(room: ActingScreen, skip: frozenset[str], *, force: bool) -> None:
    def beaten(record: Beat) -> None:
        room.beaten(record)

    room.perform("beat", lambda: room.swarm.beat(by=room.host.signature, force=force, skip=skip), beaten, beating=True)


def freeze(room: ActingScreen) -> None:
    views = room.snapshot.agents
    live = [view for view in views if view.record is not None and view.record.phase is Phase.RUNNING]
    frozen = [view for view in live if view.record is not None and view.record.paused is not None]
    if live and len(frozen) == len(live):
        room.perform("thaw all", room.swarm.thaw_all, lambda count: room.say(f"{count} agents go on"))
        return
    if not live:
        room.say("No agent is running.")
        return

    def decided(*, yes: bool) -> None:
        if yes:
            room.perform("freeze all", room.swarm.freeze_all, lambda count: room.say(f"{count} agents stand still"))

    room.ask(
        f"Freeze all {len(live)} running agents? They keep their slots and do not age.",
        decided,
        targets=tuple(room.target_of(view) for view in live),
        yes="Freeze",
        danger=True,
        typed=FREEZE_WORD,
    )


HANDLERS = {"plan": plan, "beat": beat, "freeze": freeze}
