"""agent.json: whether it stands where it says, and what its agent was promised is there (protocol.md, The spec)."""

from collections.abc import Collection, Iterator

from swarm.lint.subject import Subject
from swarm.model.agent import AgentSpec
from swarm.model.lint import Breach, Rule
from swarm.protocol.inputs import fault_of, nearest
from swarm.sanitize import clean

FILE = "agent.json"


def check(subject: Subject, roles: Collection[str] | None) -> Iterator[Breach]:
    """What its spec breaks. roles: the names of those that can be spawned; None where the home has none to ask."""
    view, spec = subject.view, subject.view.spec
    if spec is None:
        return  # a foreign agent; a spec that cannot be read is told by the scan
    if spec.id != view.id:
        yield subject.breach(Rule.SPEC_PLACE, FILE, f"it says {spec.id}, and its place is {view.id}")
    elif (spec.parent or "") != (view.parent or "") and view.id != subject.policy.root.id:
        text = f"its parent is {spec.parent or 'none'}, and the agent above it is {view.parent or 'none'}"
        yield subject.breach(Rule.SPEC_PLACE, FILE, text)
    if subject.over:
        return
    if roles is not None and spec.role not in roles and view.id != subject.policy.root.id:
        known = ", ".join(sorted(roles)[:8]) or "none"
        text = f"there is no usable role {spec.role!r} in this home; there are: {known}"
        yield subject.breach(Rule.SPEC_ROLE, FILE, text)
    yield from _of_outcomes(subject, spec)
    yield from _of_inputs(subject, spec)
    tier = subject.policy.models.tier
    if tier and spec.model and spec.model != tier and not subject.policy.models.allow_mixed:
        yield subject.breach(Rule.TIER, FILE, f"its model is {spec.model}; the tier of this swarm is {tier}")


def _of_outcomes(subject: Subject, spec: AgentSpec) -> Iterator[Breach]:
    if subject.view.id == subject.policy.root.id:
        return
    if not spec.acceptance:
        yield subject.breach(Rule.OUTCOME, FILE, "no outcome was given: it is judged by how busy it was")
    elif not any(outcome.check for outcome in spec.acceptance):
        text = f"no command proves an outcome of its {len(spec.acceptance)}: its own word is all there is"
        yield subject.breach(Rule.OUTCOME, FILE, text)


def _of_inputs(subject: Subject, spec: AgentSpec) -> Iterator[Breach]:
    root = subject.layout.root
    for path in spec.inputs:
        if fault := fault_of(root, path):
            near = nearest(root, path)
            like = f"; the nearest: {', '.join(clean(each, 120) for each in near)}" if near else ""
            yield subject.breach(Rule.INPUT, FILE, f"its input {clean(path, 200)!r} {fault}{like}")
