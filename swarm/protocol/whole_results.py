"""results.json for handing on: read whole, letter by letter, and as the lines that people and agents read."""

import json
from collections.abc import Mapping
from typing import Any

from swarm.model.reports import ResultsState, WholeResults
from swarm.protocol.agent_files import load, must_be_results
from swarm.protocol.paths import AgentDir
from swarm.protocol.results import KEYS, WITNESS, read_object
from swarm.store.validators import Wrong


def read_whole_results(agent: AgentDir) -> WholeResults:
    """results.json; what cannot be results is INVALID with the reason, and still whole where it is an object.

    A file above `reader.JSON_BYTES` is INVALID too, and its reason names that limit.
    """
    loaded = load(agent.results, dict[str, Any], read_object)
    if loaded.value is None:
        return WholeResults(ResultsState.INVALID if loaded.why else ResultsState.ABSENT, why=loaded.why)
    try:
        must_be_results(loaded.value, agent)
    except Wrong as error:
        return WholeResults(ResultsState.INVALID, loaded.value, str(error), empty=not loaded.value)
    return WholeResults(ResultsState.VALID, loaded.value)


def as_document(results: WholeResults) -> dict[str, Any]:
    """Results as values for JSON: the agent's own keys, and those of ours that it left out."""
    own = {key: value for key, value in results.data.items() if key != WITNESS}
    absent = {"summary": "", "outputs": [], "acceptance": [], "finished_at": ""}
    if results.state is ResultsState.INVALID:
        said = {"text": _as_json(_beside_summary(results))} if _beside_summary(results) else {}
        return {**absent, **said, "status": "disputed", "summary": results.summary, "why": results.why}
    return {**absent, **{key: value for key, value in own.items() if value is not None}, "status": results.status}


def as_lines(results: WholeResults) -> list[str]:
    """Results as lines, all but the summary. Of a text of several lines the further ones are indented."""
    if results.state is ResultsState.INVALID:
        rest = _beside_summary(results)
        lines = ["status: disputed", f"results.json does not count: {results.why}"]
        return [*lines, *([_as_json(rest)] if rest else [])]
    data = results.data
    finished = data.get("finished_at")
    return [
        f"status: {results.status}",
        *([f"finished at: {_inside(finished)}"] if finished else []),
        *(f"output: {_inside(path)}" for path in data.get("outputs") or ()),
        *(f"{'passed' if one['passed'] else 'FAILED'}: {_inside(one['text'])}" for one in data.get("acceptance") or ()),
        *(f"{_inside(key)}: {_inside(value)}" for key, value in data.items() if key not in (*KEYS, WITNESS)),
    ]


def _beside_summary(results: WholeResults) -> Mapping[str, Any]:
    return {key: value for key, value in results.data.items() if key != "summary" or not isinstance(value, str)}


def _inside(value: object) -> str:
    """A value behind a label: no line of it can pass for a label of ours."""
    return value.replace("\n", "\n  ") if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
