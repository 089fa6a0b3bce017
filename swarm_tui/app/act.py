"""What a row of the table of acts is."""

from enum import Enum, StrEnum

from msgspec import Struct

from swarm_tui.app.capabilities import Reason, always


class Group(StrEnum):
    """Where an act stands in the help."""

    MOVE = "Move"
    LOOK = "Look"
    FIND = "Find"
    AGENTS = "Agents"
    HEARTBEAT = "Heartbeat"
    ROOM = "Control room"


class On(Enum):
    """Which agents an act works on."""

    NONE = 0
    ONE = 1
    """The one that is marked, else the one under the cursor; refused where several are marked."""
    MANY = 2
    """The marked ones, else the one under the cursor."""


class Asks(Enum):
    """When an act lists its targets in a dialog of its own. Where it does not, marks out of sight are asked about."""

    NEVER = 0
    MANY = 1
    ALWAYS = 2


class Act(Struct, frozen=True):
    """One act. `name` is the method `act_<name>` of the control room; `keys` are Textual's names for them."""

    name: str
    keys: tuple[str, ...]
    title: str
    group: Group
    shown: str
    """The keys as people write them."""
    short: str = ""
    """The word on the strip at the bottom; '' keeps it off the strip."""
    disabled_reason: Reason = always
    """Why it cannot be done now; '' where it can."""
    writes: bool = False
    """It changes something: refused in a viewer."""
    palette: bool = True
    verb: str = ""
    """The declared verb that it carries out, whose name and words the palette knows it by, too."""
    on: On = On.NONE
    asks: Asks = Asks.NEVER
    marked: str = ""
    """The word on the strip while agents are marked; '' keeps it off."""

    def lists_targets(self, count: int) -> bool:
        """Whether its own dialog lists that many targets before anything is done."""
        return self.asks is Asks.ALWAYS or (self.asks is Asks.MANY and count > 1)
