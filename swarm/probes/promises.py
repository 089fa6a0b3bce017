"""The outputs that were promised, looked for on disk: each pattern of the spec, each path that the results name."""

from swarm.model.agent import AgentSpec
from swarm.model.reports import ResultsState
from swarm.model.results_inbox import Promise
from swarm.model.review import DisputeKind
from swarm.model.snapshot import AgentView
from swarm.model.values import replace
from swarm.probes.named_outputs import missing_outputs
from swarm.probes.outputs import outputs_of
from swarm.protocol.paths import Layout
from swarm.sanitize import clean

MAX_NAMED = 100
"""Named outputs of one agent that are looked for."""


def promises_of(layout: Layout, view: AgentView) -> tuple[Promise, ...]:
    """What an agent was to bring forth, and said that it did, each with the files that are there now."""
    found = [_declared(layout, view, view.spec, glob) for glob in view.spec.outputs] if view.spec is not None else []
    if view.results.state is ResultsState.VALID and view.results.outputs:
        named = view.results.outputs[:MAX_NAMED]
        disputes = missing_outputs(layout, view.id, view.spec, named)
        missing = {one.about for one in disputes if one.kind is DisputeKind.MISSING_OUTPUT}
        declared = {each.what for each in found}
        shown = ((name, clean(name, 300)) for name in named)
        found += [
            Promise(text, int(name not in missing), declared=False) for name, text in shown if text not in declared
        ]
    return tuple(found)


def _declared(layout: Layout, view: AgentView, spec: AgentSpec, glob: str) -> Promise:
    since = view.record.spawned_at if view.record is not None else 0.0
    counted = outputs_of(layout, view.id, replace(spec, outputs=(glob,)), since)
    return Promise(clean(glob, 300), counted.number, declared=True)
