"""One entry of the results inbox in full: what was promised and is there, outcomes, who has read and decided."""

from collections.abc import Iterator

from swarm.formatting import plural
from swarm.model.results_inbox import ResultsEntry
from widgets.agent_words import STATE_ROLES
from widgets.cells import Cell, clock_text, quote, short_id
from widgets.charset import UNICODE, Charset
from widgets.paragraphs import Paragraph


def entry_page(entry: ResultsEntry, root: str, charset: Charset = UNICODE) -> tuple[Paragraph, ...]:
    """The lines below the list. root: whose id is left out of names."""
    name = short_id(entry.agent, root)
    head = Cell(f"{charset.states[entry.state]} {entry.state.value}  ", STATE_ROLES[entry.state])
    return (
        Paragraph(f"{quote(name, 300)}, {quote(entry.role, 60)}: {quote(entry.why, 500)}", "", (head,)),
        *_seen(entry, root),
        *(
            Paragraph(quote(each.words, 500), "danger", (Cell(f"{charset.failed} disputed  ", "danger"),))
            for each in entry.disputes
        ),
        *_tag(entry),
        *_promises(entry, charset),
        *_outcomes(entry, charset),
        *([Paragraph(quote(entry.summary, 2000), "quote")] if entry.summary else []),
    )


def _seen(entry: ResultsEntry, root: str) -> Iterator[Paragraph]:
    review = entry.review
    if review is not None:
        word = f": {quote(review.word, 500)}" if review.word else ""
        role = "danger" if review.is_rejection else "good"
        said = f"at {clock_text(review.at)} by {quote(short_id(review.by, root), 200)}{word}"
        yield Paragraph(said, "", (Cell(f"{quote(review.decision, 20)}  ", role),))
    if entry.read_at is not None:
        yield Paragraph(
            f"at {clock_text(entry.read_at)} by {quote(short_id(entry.read_by, root), 200)}",
            "muted",
            (Cell("read  ", "muted"),),
        )
        return
    if not entry.is_unread:
        return
    waited = f", for {plural(entry.unread_beats, 'heartbeat')}" if entry.unread_beats else ""
    yield Paragraph(
        f"{quote(short_id(entry.reader, root), 200)} is to read it{waited}", "notice", (Cell("unread  ", "notice"),)
    )


def _tag(entry: ResultsEntry) -> Iterator[Paragraph]:
    if entry.tagged:
        yield Paragraph(
            f"gives orders to its reader: {quote(entry.tagged, 300)}", "", (Cell("!injection  ", "warning"),)
        )


def _promises(entry: ResultsEntry, charset: Charset) -> Iterator[Paragraph]:
    for each in entry.promises:
        by = "promised" if each.declared else "named"
        what = quote(each.what, 300)
        if not each.files:
            yield Paragraph(f"{what}: not there", "danger", (Cell(f"{charset.failed} {by}  ", "danger"),))
            continue
        count = f": {plural(each.files, 'file')}" if each.declared else ""
        yield Paragraph(f"{what}{count}", "", (Cell(f"{charset.ended} {by}  ", "good"),))


def _outcomes(entry: ResultsEntry, charset: Charset) -> Iterator[Paragraph]:
    for text, passed in entry.outcomes:
        if passed is None:
            yield Paragraph(quote(text, 500), "", (Cell("- not said  ", "muted"),))
        else:
            sign, word, role = (charset.ended, "reached", "good") if passed else (charset.failed, "failed", "danger")
            yield Paragraph(quote(text, 500), "", (Cell(f"{sign} {word}  ", role),))
