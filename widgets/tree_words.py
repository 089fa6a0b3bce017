"""How the list of agents is narrowed and ordered, in words for its border."""

from textwrap import wrap

from swarm.rules.attention import need_words
from widgets.cells import quote
from widgets.own_keys import KeyOf
from widgets.tree_order import SortMode
from widgets.tree_state import TreeState


def title_words(state: TreeState, *, looking: bool = False) -> str:
    """`agents 23`, `agents 741 of 1,000`, `problems: 2 need you`: how many are shown, of how many.

    looking: `agents 98 … looking`, for there are more.
    """
    if looking:
        return f"agents {len(state.tree.views):,} {state.charset.cut} looking"
    if state.problems_only:
        count, shown = state.needs.found.count, len(state.lines) + len(state.alerts)
        return f"problems: {f'{shown:,} of ' if shown != count else ''}{need_words(count)}"
    shown, count = sum(not line.context for line in state.lines), len(state.tree.views)
    return f"agents {f'{shown:,} of ' if shown != count else ''}{count:,}"


def view_words(state: TreeState, key_of: KeyOf) -> str:
    """What is not the plain tree; '' where all of it is."""
    words: list[str] = []
    if state.filter_text:
        words.append(f"/{quote(state.filter_text, 40)}")
    if state.mode is not SortMode.TREE or state.reverse:
        arrow = state.charset.up if state.reverse else state.charset.down
        words.append(f"by {state.mode.value} {arrow}")
    if state.marks:
        words.append(f"{len(state.marks)} marked")
    if state.hidden_count:
        words.append(f"{state.hidden_count} over: {key_of('toggle_over')}")
    return "  ".join(words)


def empty_words(state: TreeState, width: int) -> list[str]:
    """Why there is no agent to show, in lines."""
    if not state.tree.views:
        return ["no agents yet"]
    if state.filter.unknown:
        return wrap(quote(state.filter.unknown_words), max(10, width - 2))
    return ["nothing matches the filter" if state.filter_text else need_words(0)]
