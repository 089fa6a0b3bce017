"""The legend: every sign and every number that can stand on the screen, and what it says. The help shows it."""

from typing import NamedTuple

from swarm.model.health import Health
from widgets.charset import UNICODE, Charset


class Entry(NamedTuple):
    """A sign, or numbers as they may look, and what they say."""

    sign: str
    """As it stands on the screen; two spaces lie between several ways to look."""
    words: str
    """Like the sign, they name acts in braces where the screen has their keys: `own_keys` fills them in."""


class Section(NamedTuple):
    """Signs that stand in one place of the screen."""

    title: str
    entries: tuple[Entry, ...]


STATES: dict[Health, str] = {
    Health.STARTING: "spawned less than one period ago, nothing written yet",
    Health.FRESH: "last update younger than one period",
    Health.LATE: "last update older than one period",
    Health.INVESTIGATE: "silent for too long: an alert, and evidence in its log",
    Health.OVERDUE: "silent to its limit: the next heartbeat ends it, unless its verdict says otherwise",
    Health.LOOPING: "it reports and gets nowhere (0% useful): it is told, and ended where it goes on",
    Health.RETRYING: "its model service refuses or does not answer",
    Health.WAITING: "its program ended for its model service; it is taken up again by itself",
    Health.DONE: "results.json is there and valid",
    Health.DISPUTED: "done by its own word, and something speaks against it: accept ({accept}) or reject ({reject}) it",
    Health.FAILED: "ended without results.json, or with status failed, or its results were rejected",
    Health.KILLED: "ended by operator, parent or engine; its detail says who, why and when",
    Health.LOST: "gone without results or exit status",
    Health.QUEUED: "waits for a slot",
    Health.PAUSED: "halted by the operator; paused time does not count",
    Health.HELD: "no automatic kill for some heartbeats, or a person has taken it over",
    Health.IDLE: "the root between two turns",
    Health.UNKNOWN: "its files cannot be read, and nothing is concluded from that",
}
"""What each state of health says."""


def legend(charset: Charset = UNICODE) -> tuple[Section, ...]:
    """Every sign of this charset and every kind of number, in the order of the screen from the top down."""
    return (
        Section("The line at the top", _status(charset)),
        Section("Slots", _slots(charset)),
        Section("States: the mark before a name, and its word", _states(charset)),
        Section("Other signs of a row", _row(charset)),
        Section("The columns of a row", _columns(charset)),
        Section("Detail", _detail()),
        Section("Transcript", _transcript(charset)),
        Section("Alerts, results, events", _lists(charset)),
        Section("Timeline", _timeline(charset)),
        Section("The line at the bottom", _bottom(charset)),
        Section("Signs of lists and frames", _lines(charset)),
    )


def _status(charset: Charset) -> tuple[Entry, ...]:
    return (
        Entry(f"{charset.heart} 131", "the number of the last heartbeat"),
        Entry("next in 07:12  in 1:07:12", "minutes and seconds until the next heartbeat; from an hour on hours too"),
        Entry("at 09:30", "a time of day on this machine's clock; a countdown says in, a time of day says at"),
        Entry("HEART STOPPED 34m", "no heartbeat has come for so long, though one should: agents are not watched"),
        Entry("beat by hand  by hand", "no process beats here by itself: {beat} does, or swarm-tui run"),
        Entry("beating: control room", "a heartbeat is running, and who began it"),
        Entry("beat: run", "another process has the automatic heartbeat of this home"),
        Entry(f"{charset.running} running 9  {charset.running} 9", "agents whose program runs, without the root"),
        Entry(
            f"{charset.warned} 2 need you  {charset.failed} 2 need you  {charset.warned} 1 needs you  "
            f"{charset.failed} 1 needs you",
            f"agents with a problem or an open alert, and open alerts of the swarm itself: {{problems}} shows them, "
            f"{{next_problem}} goes to the next; {charset.failed} where one of them is in danger",
        ),
        Entry(f"{charset.ended} nobody needs you", "no agent has a problem, and no alert is open"),
        Entry("$3.10/h  $0.42", "what the swarm costs in an hour; without the /h, all that it has cost"),
        Entry("$3.10+?/h  $0.42+?", "the same, and the price of some of it is not known"),
        Entry("$?/h  $?", "it costs something, and no price is known"),
        Entry("12.3k tok/h", "tokens in an hour; k is thousands, M is millions"),
        Entry("cpu 41%", "of one processor, for all processes of agents together"),
        Entry("4.2 GiB  310 MiB", "the memory of all of them"),
        Entry("polling", "the disk is looked at every second, because it reports no changes by itself"),
        Entry("snapshot 42s old", "what you see was seen so long ago"),
        Entry("disk full  read-only", "why acts are refused in this home"),
    )


def _slots(charset: Charset) -> tuple[Entry, ...]:
    return (
        Entry(charset.slot_used, "a slot in use, coloured by the role of its agent"),
        Entry(charset.slot_hollow, "a slot that is committed to an agent, and not used yet"),
        Entry(charset.slot_free, "a free slot; coloured where it is kept for a role"),
        Entry(charset.slot_reserve, "a slot of the reserve, which only --use-reserve takes"),
        Entry(charset.slot_over, "an agent over the budget that it runs in"),
        Entry("10/12 committed  10/12", "slots given away, of all that there are"),
        Entry("8 used  2 free  1 kept", "in use; to be had by a spawn; free, and guaranteed to roles"),
        Entry("reserve 2  over by 1", "slots in reserve; more than there may be"),
        Entry("slots 3/4  3/4", "of a row: its agents in use, itself included, of what its subtree may have"),
    )


def _states(charset: Charset) -> tuple[Entry, ...]:
    return tuple(Entry(f"{charset.states[state]} {state.value}", words) for state, words in STATES.items())


def _row(charset: Charset) -> tuple[Entry, ...]:
    return (
        Entry(charset.root, "the root, while it is well"),
        Entry(charset.spawner, "a healthy agent with slots for others"),
        Entry(
            f"{charset.ghost} stray  {charset.ghost} sub-agent",
            "it runs without having been spawned through the engine; a sub-agent runs inside its parent's program",
        ),
        Entry(f"{charset.states[Health.KILLED]} ending", "it is being ended, and is not gone yet"),
        Entry(charset.mark, "marked ({mark}): acts are for all that are marked"),
        Entry(f"{charset.fold}19", "so many agents are folded away below it"),
        Entry(
            f"{charset.fold}19 {charset.failed}1  {charset.fold}19 {charset.warned}1",
            "so many of them need you; in danger, or not",
        ),
        Entry("silent 38m, kill in 7m", "why it is not well, and in how long it is ended; then what it said last"),
        Entry("silent 46m, next beat kills it", "the next heartbeat ends it"),
        Entry(
            f"cpu{charset.down}  cost{charset.up}", "the heading of the column that sorts the list, and which way round"
        ),
        Entry("!ghost  !ghost+2", "what is wrong with it, by name, and how much more is"),
        Entry("foreign", "its files are here, and it was not spawned through the engine, which leaves it alone"),
    )


def _columns(charset: Charset) -> tuple[Entry, ...]:
    heart = charset.heart if charset.unicode else "hb"
    full, half, empty = charset.blocks[-1], charset.blocks[len(charset.blocks) // 2], charset.blocks[0]
    return (
        Entry("12s  42m  5h  3d  1h05  3d04h", "how long ago: since its last update, or since it ended"),
        Entry(
            f"{charset.bar_left}{full}{half}{empty}{charset.bar_right}",
            "how much of the silence has passed after which it is ended",
        ),
        Entry(f"unread 3{heart}", "its results have waited for a reader for so many heartbeats"),
        Entry("unread 22m  done 22m  failed 3h", "how it stands with its results, and how long ago it ended"),
        Entry(f"retrying {charset.times}4", "its program has tried so often to reach its model"),
        Entry("40%  useful 40%", "how useful what it does seems: 100% where nothing speaks against it, 0% looping"),
        Entry("cpu  memory", "of one processor, and memory, for all its processes: 41%, 310 MiB"),
        Entry("$2.41  $2.41+  $?", "what it alone has cost; + and ? where a price is not known"),
        Entry("12 out", "outputs: files that match what it declared, as the engine counts them"),
        Entry("12 out (15)", "the same, and its own count, which differs"),
        Entry("~12 out", "outputs by its own count alone: it declared none that the engine could count"),
    )


def _detail() -> tuple[Entry, ...]:
    return (
        Entry("kill in 02:10  overdue in 07:12", "what comes next for it, and in how many minutes and seconds"),
        Entry("nothing ends it", "no heartbeat will end it, and why not"),
        Entry("[{tab_progress} progress]", "the tab that is open; the others by their keys"),
        Entry("pid 4211  3 processes", "its process, and how many belong to it"),
        Entry("cpu 0.0%  rss 310 MiB", "of one processor, and memory, for all its processes"),
        Entry("2 children  1 child", "agents directly below it"),
        Entry("128.4k tok  950 tok", "tokens that it has used up; a sum with all below it says so"),
        Entry("context 42%  context 12.3k", "how full the context of its model is"),
        Entry("session 5f0c2a6e", "how the name of its session begins"),
        Entry("7 changes, 2 uncommitted", "files changed in its worktree; + after the number: there are more"),
        Entry("3 denied", "calls of tools that were refused to it"),
        Entry("retrying 3/10", "which of how many tries its program makes"),
        Entry("+310 KiB of output", "earlier output that is not shown"),
    )


def _transcript(charset: Charset) -> tuple[Entry, ...]:
    drawn = (
        (charset.running, "a call of a tool"),
        ("→" if charset.unicode else ">", "what the tool answered"),
        (charset.ended, "its turn has ended"),
        (charset.failed, "its turn failed, or a tool was denied to it"),
        (charset.times, "its program tries again to reach its model"),
        (charset.warned, "something is not as it should be: another model, a server that failed"),
        (charset.ghost, "of a sub-agent, which begins or ends here"),
        (charset.cut, "lines that are left out"),
    )
    unicode_only = (
        ("▸", "what was told to it"),
        ("·", "a note of its program"),
        ("⊢  ⊣", "a sub-agent begins, and ends"),
        ("—", "a run of its program begins"),
    )
    return tuple(Entry(*each) for each in (*drawn, *(unicode_only if charset.unicode else ())))


def _lists(charset: Charset) -> tuple[Entry, ...]:
    return (
        Entry("alerts 2 open", "alerts that are open: nobody has acknowledged them"),
        Entry(f"{charset.warned} 22m", "an open alert, and how long ago it was raised last"),
        Entry(f"{charset.ended} acknowledged", "a person has seen the alert"),
        Entry(f"{charset.times}4", "so often"),
        Entry("!", "in the inbox: a text of it gives orders to its reader"),
        Entry("3/4 out", "promised outputs that are there, of all"),
        Entry("1/2 ok", "outcomes that are reached, of all"),
        Entry(charset.ended, "it went well, or was reached"),
        Entry(charset.failed, "it did not, or was refused"),
        Entry(
            f"{charset.ticked}  {charset.unticked}  {charset.fixed.strip() or charset.fixed}",
            "a row that is chosen, that is not, that cannot be left out",
        ),
    )


def _timeline(charset: Charset) -> tuple[Entry, ...]:
    return (
        Entry(charset.rule, "it lived through this heartbeat"),
        Entry(charset.running, "this heartbeat spawned it"),
        Entry(charset.ended, "it collected its results"),
        Entry(charset.warned, "it looked into its silence"),
        Entry(charset.alert, "it raised an alert"),
        Entry(charset.failed, "it ended it"),
    )


def _bottom(charset: Charset) -> tuple[Entry, ...]:
    return (
        Entry(
            f"{charset.spark[0]}  {charset.spark[len(charset.spark) // 2]}  {charset.spark[-1]}",
            "a heartbeat, the newest at the right: the higher, the more it had to do",
        ),
        Entry(charset.failed, "a heartbeat that did not pass"),
        Entry("83% passed  83%", "of the outcomes that heartbeats had checked, those that were there"),
        Entry("none checked", "no heartbeat had an outcome to check"),
        Entry("none yet", "there was no heartbeat yet"),
        Entry("3 marked:", "the acts after it are for the marked agents"),
    )


def _lines(charset: Charset) -> tuple[Entry, ...]:
    return (
        Entry(f"{charset.branch}  {charset.last}  {charset.through}", "who is whose child"),
        Entry("741 of 1,000", "so many agents are in the list, of all"),
        Entry(f"by age {charset.down}  by age {charset.up}", "how the list is ordered; upwards where it is reversed"),
        Entry("3 over: {toggle_over}", "so many agents are over and read, and folded away: {toggle_over} shows them"),
        Entry(charset.cut, "cut: there is more than fits"),
        Entry(charset.dot, "between two names"),
    )
