"""task.md, the contract of an agent: what has to stand in it (failures 5, 6, 7 and 9 of the field report)."""

import re
from collections.abc import Iterator

from swarm.lint.subject import Subject, whole
from swarm.model.lint import Breach, Rule
from swarm.store.text import decode

FILE = "task.md"
_SLOTS = re.compile(r"\bslots?\b|\bspawn(s|ing)? no(thing| agents| one)\b", re.IGNORECASE)
_REPORTING = re.compile(r"progress\.md|swarm-tui progress|\bprogress\b", re.IGNORECASE)
_END = re.compile(r"results\.json|swarm-tui done|\bdone when\b|\bdone\b", re.IGNORECASE)
_UNTRUSTED = re.compile(r"\buntrusted\b|never (?:as |follow )?(?:an )?instructions?|as data\b", re.IGNORECASE)
_DEMANDS = (
    (Rule.BRIEF_SLOTS, _SLOTS, "it names no slot budget for the agent and all below it"),
    (Rule.BRIEF_REPORTING, _REPORTING, "it does not say how to report progress"),
    (Rule.BRIEF_END, _END, "it does not say when the task is done"),
    (Rule.BRIEF_UNTRUSTED, _UNTRUSTED, "it does not say that external text is data and never instructions"),
)


def check(subject: Subject) -> Iterator[Breach]:
    """What its brief lacks."""
    view = subject.view
    read = whole(subject.files.task)
    if read is None:
        if view.id != subject.policy.root.id:
            yield subject.breach(Rule.BRIEF, FILE, "it cannot be read, or there is none: its agent has no contract")
        return
    text = decode(read.data)
    if not text.strip():
        yield subject.breach(Rule.BRIEF, FILE, "it is empty")
        return
    if "_shared-rules.md" not in text:
        yield subject.breach(Rule.BRIEF_RULES, FILE, "it does not name roles/_shared-rules.md")
    role = view.spec.role if view.spec is not None else ""
    named = f"roles/{role}.md" in text if role else re.search(r"roles/(?!_)[\w.-]+\.md", text) is not None
    if not named:
        yield subject.breach(Rule.BRIEF_ROLE, FILE, f"it does not name roles/{role or '<role>'}.md")
    yield from (subject.breach(rule, FILE, lacks) for rule, demanded, lacks in _DEMANDS if not demanded.search(text))
