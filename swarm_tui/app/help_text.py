"""The help as one text: what concerns the row, the keys, the legend, the limits, and what every alert means."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from swarm.config.policy import Policy
from swarm.model.causes import AlertCause
from swarm.model.record import Alert
from swarm_tui.app.act import Act, Group
from swarm_tui.app.alert_help import ALERTS
from swarm_tui.app.capabilities import Where
from widgets.agent_words import state_word
from widgets.cells import Cell, quote, width_of
from widgets.cells import short_duration as duration
from widgets.charset import Charset
from widgets.legend import STATES, legend
from widgets.own_keys import KeyOf, fill_keys
from widgets.paragraphs import Paragraph
from widgets.tree_filter import FILTER_HELP
from widgets.verdict_words import verdict_cells

LEAD = 16
"""Columns at the left, for keys and signs. A longer one gets a line of its own."""
_GAP = Paragraph("")


def help_text(
    where: Where, acts: tuple[Act, ...], policy: Policy, charset: Charset, alert: Alert | None = None
) -> tuple[Paragraph, ...]:
    """Every line of the help. alert: the one under the cursor, where the alerts have the keys."""
    refused = {act.name: act.disabled_reason(where) for act in acts}
    return (
        *_row(where, acts, refused, charset, alert),
        *_keys(acts, refused),
        *_filter(where.key_of),
        *_legend(charset, where.key_of),
        *_limits(policy),
        *_alerts(where.key_of),
    )


def _heading(title: str) -> Paragraph:
    return Paragraph(title, "accent")


def _entry(lead: str, words: str, role: str = "", lead_role: str = "strong") -> Iterator[Paragraph]:
    """A word at the left, and what is said of it beside it, or below it where it is too long for that."""
    if width_of(lead) < LEAD - 1:
        yield Paragraph(words, role, (Cell(f" {lead}{' ' * (LEAD - 1 - width_of(lead))}", lead_role),))
    else:
        yield Paragraph(f" {lead}", lead_role)
        yield Paragraph(words, role, (Cell(" " * LEAD),))


# -- the row -----------------------------------------------------------------------------------------------------------


def _row(
    where: Where, acts: tuple[Act, ...], refused: Mapping[str, str], charset: Charset, alert: Alert | None
) -> Iterator[Paragraph]:
    """State, verdict, what is wrong and what to do, and the acts that are possible: of what is under the cursor."""
    if alert is not None:
        yield _heading(f"This alert: {alert.cause}{f' of {quote(alert.agent, 200)}' if alert.agent else ''}")
        yield from _cause(alert.cause, alert.text, where.key_of)
        yield _GAP
        return
    view, verdict = where.agent, where.verdict
    if view is None:
        return
    yield _heading(f"This row: {quote(view.id, 200)}")
    if verdict is not None:
        yield from _entry(state_word(view, verdict, charset), fill_keys(STATES[verdict.state], where.key_of))
        yield from _entry("verdict", "".join(cell.text for cell in verdict_cells(verdict)).strip(), "quote")
    causes = dict.fromkeys(
        [
            *((each.cause, each.text) for each in where.snapshot.alerts if _is_open(each, view.id)),
            *((AlertCause(problem.code), problem.text) for problem in view.problems),
        ]
    )
    for cause, text in causes:
        yield from _cause(cause, text, where.key_of)
    can = [act for act in acts if act.group is Group.AGENTS and act.name != "spawn" and not refused[act.name]]
    for act in can:
        yield from _entry(act.shown, act.title)
    if not can:
        yield from _entry("acts", "none is possible now: the keys below say why", "muted")
    yield _GAP


def _is_open(alert: Alert, agent: str) -> bool:
    return alert.agent == agent and alert.acked_at is None


def _cause(cause: AlertCause, text: str, key_of: KeyOf) -> Iterator[Paragraph]:
    yield from _entry(cause, quote(text, 500), "quote", "warning")
    if (known := ALERTS.get(cause)) is not None:
        yield Paragraph(fill_keys(known, key_of), "", (Cell(" " * LEAD),))


# -- what holds for every row ------------------------------------------------------------------------------------------


def _keys(acts: tuple[Act, ...], refused: Mapping[str, str]) -> Iterator[Paragraph]:
    for group, members in groupby(sorted(acts, key=_order), lambda act: act.group):
        yield _heading(group.value)
        for act in members:
            reason = refused[act.name]
            words = f"{act.title}  (not now: {quote(reason, 200)})" if reason else act.title
            yield from _entry(act.shown or "no key", words, "muted" if reason else "")
        yield _GAP


def _order(act: Act) -> int:
    return list(Group).index(act.group)


def _filter(key_of: KeyOf) -> Iterator[Paragraph]:
    yield _heading(f"What the filter ({key_of('filter')}) understands")
    for example, words in FILTER_HELP:
        yield from _entry(example, words)
    yield _GAP


def _legend(charset: Charset, key_of: KeyOf) -> Iterator[Paragraph]:
    for section in legend(charset):
        yield _heading(section.title)
        for entry in section.entries:
            yield from _entry(fill_keys(entry.sign, key_of), fill_keys(entry.words, key_of))
        yield _GAP


def _limits(policy: Policy) -> Iterable[Paragraph]:
    heartbeat = policy.heartbeat
    investigate, kill = heartbeat.period * heartbeat.investigate_after, heartbeat.period * heartbeat.kill_after
    return (
        _heading("When a heartbeat acts by itself"),
        Paragraph(f" A heartbeat comes every {duration(heartbeat.period)}."),
        Paragraph(f" Who is silent for {duration(investigate)} is investigated."),
        Paragraph(f" Who is silent for {duration(kill)} is ended by the next heartbeat."),
        _GAP,
    )


def _alerts(key_of: KeyOf) -> Iterator[Paragraph]:
    yield _heading("What alerts mean, and what to do")
    for cause in sorted(ALERTS):
        yield from _entry(cause, fill_keys(ALERTS[cause], key_of))
