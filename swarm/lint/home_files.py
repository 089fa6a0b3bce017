"""What a home needs beside its agents: settings, documents, roles, templates, the engine's own records."""

import re
from collections.abc import Iterator
from pathlib import Path

from swarm.errors import SwarmError
from swarm.home.context import Home
from swarm.ledger import audit_log
from swarm.lint.subject import shown, whole
from swarm.model.lint import Breach, Rule, breach
from swarm.protocol.documents import home_document
from swarm.protocol.paths import HOME_DOCS, Layout
from swarm.protocol.roles import check_shared_rules, load_role, load_roles, templates
from swarm.sanitize import clean
from swarm.store.jsonio import Invalid, parse_json

MANY = 5
_LINE = re.compile(r":(\d+)\b")


def check(home: Home) -> Iterator[Breach]:
    """What is wrong with a home itself. A foreign tree has none of it, and is asked for none."""
    layout = home.layout
    if layout.foreign:
        return
    if (error := home.policy_error) is not None:
        yield _of_error(Rule.POLICY, layout, layout.policy, error)
    for name in HOME_DOCS:
        path = home_document(layout, name)
        if whole(path) is None:
            yield breach(
                Rule.DOCUMENT, shown(layout, path), "it cannot be read, or there is none: agents are sent to it"
            )
    yield from _of_roles(home)
    if not layout.lock.is_file():
        yield breach(Rule.LOCK, shown(layout, layout.lock), "it is missing: nothing can be recorded")
    for alert in home.ledger.recoveries():
        text = clean(alert.text, 300)
        yield breach(Rule.STATE, shown(layout, layout.state), text, cure="The next commit repairs it.")
    yield from _of_records(layout)


def usable_roles(home: Home) -> frozenset[str] | None:
    """The names of the roles that can be spawned; None in a foreign tree."""
    if home.layout.foreign:
        return None
    with home.checked() as checked:
        found = load_roles(home.layout, checked)
    return frozenset(name for name, role in found.items() if not isinstance(role, SwarmError))


def _of_roles(home: Home) -> Iterator[Breach]:
    layout = home.layout
    try:
        check_shared_rules(layout)
    except SwarmError as error:
        yield _of_error(Rule.ROLE, layout, layout.shared_rules, error)
    found = templates(layout)
    with home.checked() as checked:
        for name in load_roles(layout, checked):
            try:
                load_role(layout, name, checked)
            except SwarmError as error:
                yield _of_error(Rule.ROLE, layout, layout.role(name), error)
            if name not in found:
                yield breach(Rule.TEMPLATE, shown(layout, layout.template(name)), f"the role {name} has no template")
    for name, template in found.items():
        if isinstance(template, SwarmError):
            yield _of_error(Rule.TEMPLATE, layout, layout.template(name), template)


def _of_error(rule: Rule, layout: Layout, path: Path, error: SwarmError) -> Breach:
    """An error of a checker as a breach: the line stands in its words."""
    said = f"{error.title} {error.detail}".strip()
    line = _LINE.search(error.title) or _LINE.search(error.detail)
    text = clean(said.replace(f"{layout.root}/", ""), 500)
    return breach(rule, shown(layout, path), text, line=int(line[1]) if line else 0, cure=clean(error.hint, 300))


def _of_records(layout: Layout) -> Iterator[Breach]:
    for path, reads in ((layout.events, _is_event), (layout.heartbeats, _is_object)):
        read = whole(path)
        if read is None:
            continue
        rows = read.data.split(b"\n")
        if read.truncated:
            rows.pop()
        bad = [number for number, row in enumerate(rows, 1) if row.strip() and not reads(row)]
        for number in bad[:MANY]:
            yield breach(Rule.RECORD, shown(layout, path), "it is no record", line=number)
        if len(bad) > MANY:
            text = f"{len(bad) - MANY} more lines are no records"
            yield breach(Rule.RECORD, shown(layout, path), text, line=bad[-1])


def _is_event(row: bytes) -> bool:
    return audit_log.parse(row) is not None


def _is_object(row: bytes) -> bool:
    try:
        parse_json(row)
    except Invalid:
        return False
    return True
