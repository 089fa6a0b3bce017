"""The automatic heartbeat of an open control room: takes its lease where it is free, and beats when it is due."""

import threading
from collections.abc import Callable

from swarm.api import Swarm
from swarm.errors import Busy, HomeError, Refused, SwarmError
from swarm.model.beat import Beat
from swarm.model.record import Holder
from swarm.notify.start import Teller

LOOK_SECONDS = 1.0


class HeartbeatThread:
    """A thread that beats. One owner in a home: where another living process has the heartbeat, it only waits.

    on_beat: called from the thread with the record of each heartbeat.
    on_pulse: called with (owned, trouble) when either changes; trouble is '' while all is well.
    teller: tells the operator away from the terminal, as long as the thread owns the heartbeat.
    on_take_over: called with the holder that had the heartbeat and is gone, or beats no more.
    """

    def __init__(
        self,
        swarm: Swarm,
        by: str,
        *,
        on_beat: Callable[[Beat], None],
        on_pulse: Callable[[bool, str], None],
        on_take_over: Callable[[Holder], None] = lambda _: None,
        teller: Teller | None = None,
    ) -> None:
        self._swarm = swarm
        self._by = by
        self._on_beat = on_beat
        self._on_pulse = on_pulse
        self._on_take_over = on_take_over
        self._teller = teller if teller is not None else Teller()
        self.gave_back = False
        """It had the heartbeat when it was stopped: no process beats since, unless another one stood by."""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self._said: tuple[bool, str] | None = None

    def start(self) -> None:
        """Starts looking, once a second."""
        self._thread.start()

    def stop(self, deadline: float = 5.0) -> None:
        """Ends the thread within `deadline` seconds and gives the heartbeat back. One under way goes on to its end."""
        self.gave_back = self._said is not None and self._said[0]
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(deadline)

    def _run(self) -> None:
        owned = False
        while not self._stop.is_set():
            trouble = ""
            try:
                owned = self._own(owned)
                beat = self._swarm.beat_when_due(self._by) if owned else None
                if beat is not None:
                    self._on_beat(beat)
                self._swarm.tell_operator(self._teller, owner=owned, beaten=beat is not None)
            except (Busy, Refused):
                # Another process beats now, or has just done so: this heartbeat is not needed.
                trouble = ""
            except HomeError as error:
                owned, trouble = False, error.title
            except SwarmError as error:
                trouble = error.title
            except Exception as error:  # noqa: BLE001  (an unforeseen fault is shown, and the next beat still comes)
                trouble = f"an unexpected {type(error).__name__}: {error}"
            self._say(owned, trouble)
            self._stop.wait(LOOK_SECONDS)
        if owned:
            try:
                self._swarm.disown_heartbeat()
            except SwarmError:
                # The next process that looks replaces a dead owner, so a failure here costs nothing.
                return

    def _own(self, owned: bool) -> bool:
        """Takes the heartbeat or renews it; says from whom it was taken over."""
        before = None if owned else self._swarm.home.ledger.read().owner
        mine = self._may_beat() and self._swarm.own_heartbeat(self._by)
        if mine and before is not None:
            self._on_take_over(before)
        return mine

    def _may_beat(self) -> bool:
        """A home that is only viewed, or whose operator wants no automatic heartbeat, gets none from here."""
        home = self._swarm.home
        return home.policy.heartbeat.auto and home.access()[0].takes_acts

    def _say(self, owned: bool, trouble: str) -> None:
        if (owned, trouble) != self._said:
            self._said = (owned, trouble)
            self._on_pulse(owned, trouble)
