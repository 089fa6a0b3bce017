"""The results inbox: opened on a look at the disk; what is read or decided in it is looked at again."""

from swarm.model.requests import ReadReport, Reviewed
from swarm.model.results_inbox import ResultsEntry
from swarm.sanitize import clean
from swarm.verbs.review import review_text
from swarm_tui.app.capabilities import needs_writable
from swarm_tui.app.handlers.undo import take_back
from swarm_tui.app.screens.engine_calls import ActingScreen
from swarm_tui.app.screens.prompt import Prompt
from swarm_tui.app.screens.results_inbox import Entries, ResultsScreen
from swarm_tui.app.undo import TakenBack
from widgets.detail_head import Tab

MOST_WORDS = 200


def results(room: ActingScreen) -> None:
    """Opens the inbox; enter goes to the results of an agent."""

    def show(entries: Entries) -> None:
        inbox = _Inbox(room)
        inbox.screen = ResultsScreen(
            entries,
            room.snapshot.root,
            room.swarm.now().wall,
            table=room.acts,
            acts={"read": inbox.read, "accept": inbox.accept, "reject": inbox.reject},
            undo=inbox.undo,
            reload=inbox.reload,
        )
        room.app.push_screen(inbox.screen, lambda agent: _go_to(room, agent))

    room.perform("look at the results", lambda: room.swarm.results(room.snapshot), show, opens=True)


def _go_to(room: ActingScreen, agent: str | None) -> None:
    if agent:
        room.go_to(agent)
        room.show_tab(Tab.RESULTS)


class _Inbox:
    """What the room does for the open inbox."""

    def __init__(self, room: ActingScreen) -> None:
        self.room = room
        self.screen: ResultsScreen | None = None

    def reload(self) -> None:
        """Takes a fresh look, and shows it."""
        room = self.room

        def show(entries: Entries) -> None:
            if self.screen is not None and self.screen.is_attached:
                self.screen.show_entries(entries, room.swarm.now().wall)

        room.perform("look at the results", lambda: room.swarm.results(), show)

    def read(self, entry: ResultsEntry) -> None:
        """Marks them read."""

        def done(report: ReadReport) -> None:
            words = f"{clean(report.agent)}: read"
            if report.first:
                self.room.did(words, lambda: back(report))
            else:
                self.room.say(f"{words} (before, too)")
            self.reload()

        def back(report: ReadReport) -> TakenBack:
            self.room.swarm.unread(report.agent, spawn_id=report.spawn_id)
            return TakenBack(f"{clean(report.agent)}: unread again")

        if self._may_act():
            self.room.perform("read", lambda: self.room.swarm.read(entry.agent, spawn_id=entry.spawn_id), done)

    def undo(self) -> None:
        """Takes the last act back, and looks again."""
        if self._may_act():
            take_back(self.room, self.reload)

    def accept(self, entry: ResultsEntry) -> None:
        """Accepts what nothing speaks against at once, and asks where something does."""
        room = self.room
        if not self._may_act():
            return

        def answered(*, yes: bool) -> None:
            if yes:
                room.perform("accept", lambda: room.swarm.accept(entry.agent, spawn_id=entry.spawn_id), self._decided)

        against = tuple(clean(each.words, MOST_WORDS) for each in entry.disputes)
        if not against:
            answered(yes=True)
            return
        room.ask(f"Accept the results of {clean(entry.agent)}?", answered, notes=against, yes="Accept")

    def reject(self, entry: ResultsEntry) -> None:
        """Asks for the word that its parent and the next attempt will read, and rejects."""
        room = self.room

        def answered(why: str | None) -> None:
            if why:
                room.perform(
                    "reject", lambda: room.swarm.reject(entry.agent, why=why, spawn_id=entry.spawn_id), self._decided
                )

        if self._may_act():
            hint = "Its parent is told, and the next attempt reads it in its brief."
            room.app.push_screen(
                Prompt(f"Reject {clean(entry.agent)}: what is wrong?", hint=hint, yes="Reject"), answered
            )

    def _decided(self, report: Reviewed) -> None:
        self.room.did_for_good(
            clean(review_text(report), 200),
            f"{self.room.key_of('accept')} and {self.room.key_of('reject')} decide anew",
        )
        self.room.say(clean(review_text(report), 500))
        self.reload()

    def _may_act(self) -> bool:
        if refused := needs_writable(self.room.where()):
            self.room.say(refused, severity="warning")
        return not refused


HANDLERS = {"results": results}
