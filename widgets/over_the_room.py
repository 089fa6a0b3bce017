"""A screen over the room: its toasts stand above its box, at the top, where they cover neither that nor the alerts."""

from typing import ClassVar, TypeVar

from textual import events
from textual.screen import ModalScreen

T = TypeVar("T")
TOASTS = "#textual-toastrack"
"""Where Textual shows notifications."""
_ROOMY = 4
"""So many lines above the box hold toasts as they are; else the newest alone is shown, in one line."""


class OverTheRoom(ModalScreen[T]):
    """What all screens over the room share."""

    BOX: ClassVar[str] = "#box"
    """What holds all that it says. Its upper edge says nothing: where the box takes all lines, a toast lies on that."""
    DEFAULT_CSS = """
    OverTheRoom ToastRack { dock: top; align: right top; margin: 0; scrollbar-size: 0 0; }
    OverTheRoom Toast { margin: 0; padding: 0 1; width: auto; max-width: 100%; }
    OverTheRoom.-tight Toast { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    OverTheRoom.-tight ToastHolder { display: none; }
    OverTheRoom.-tight ToastHolder:last-child { display: block; }
    """

    def on_resize(self, _event: events.Resize) -> None:
        self.call_after_refresh(self._make_way)

    def _make_way(self) -> None:
        above = max((box.region.y for box in self.query(self.BOX)), default=0)
        self.set_class(above < _ROOMY, "-tight")
        for rack in self.query(TOASTS):
            rack.styles.max_height = max(1, above)
