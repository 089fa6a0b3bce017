"""The calls themselves: each does what the verb of the same name does, as whoever the environment says."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swarm.actor import Who, record_stranger, who
from swarm.errors import Refused
from swarm.layout import Layout, find_home

if TYPE_CHECKING:
    from swarm.model import Results
    from swarm.requests import KillReport, SpawnCheck, Spawned, SpawnRequest
    from swarm.swarm import Swarm

Arguments = Mapping[str, Any]
Environment = dict[str, str]


class Caller:
    """Who calls, on which home. Both are looked up anew at each call: an agent may have been spawned anew since."""

    def __init__(self, given: str | None, env: Environment, cwd: Path, wait: float) -> None:
        self._given = given
        self._env = env
        self._cwd = cwd
        self._wait = wait

    def home(self) -> Layout:
        """The home; raises NotFound `no-home`."""
        return find_home(self._given, self._env, self._cwd)

    def reporting(self, verb: str) -> tuple[Layout, Who]:
        """The home and who calls; a late word of an earlier spawn is refused, and written down."""
        layout = self.home()
        try:
            return layout, who(self._env, layout)
        except Refused as error:
            record_stranger(layout, verb, error, self._env)
            raise

    def acting(self, verb: str, *, writes: bool = True, viewer: bool = False) -> "Swarm":
        """The home, opened to act on it. viewer: a wrong swarm.toml is no obstacle, the default policy stands in."""
        from swarm.home import Home
        from swarm.model import OPERATOR, Actor
        from swarm.swarm import Swarm

        layout, known = self.reporting(verb)
        actor = OPERATOR if known.kind == "operator" else Actor(*known)
        home = Home.at(layout, actor=actor, wait=self._wait, viewer=viewer)
        if writes:
            home.must_be_writable()
        return Swarm(home)


def call(name: str, caller: Caller, arguments: Arguments) -> str:
    """Carries out one call; returns what to tell. Raises SwarmError or OSError where it is refused or fails."""
    return CALLS[name](caller, arguments)


def _progress(caller: Caller, arguments: Arguments) -> str:
    from swarm.verbs.report import progress

    layout, actor = caller.reporting("progress")
    return "Written: " + progress(layout, actor, arguments["text"], arguments.get("outputs"))


def _done(caller: Caller, arguments: Arguments) -> str:
    from swarm.verbs.report import done

    layout, actor = caller.reporting("done")
    status, judged = arguments.get("status", "success"), arguments.get("acceptance")
    given = None if judged is None else {"status": status, "acceptance": judged}
    path = done(
        layout,
        actor,
        status=status,
        summary=arguments["summary"],
        outputs=arguments.get("outputs", ()),
        given=given,
    )
    return f"Your results are written: {path}\nYou are done. Do nothing more."


def _spawn(caller: Caller, arguments: Arguments) -> str:
    from swarm.model import Acceptance
    from swarm.requests import SpawnRequest

    request = SpawnRequest(
        name=arguments["name"],
        role=arguments["role"],
        task=arguments["task"],
        slots=arguments.get("slots"),
        accept=tuple(Acceptance(one["text"], one.get("check")) for one in arguments.get("accept", ())),
        inputs=tuple(arguments.get("inputs", ())),
        outputs=tuple(arguments.get("outputs", ())),
        owns=tuple(arguments.get("owns", ())),
        program=arguments.get("program", ""),
        model=arguments.get("model", ""),
        queue=arguments.get("queue", False),
        use_reserve=arguments.get("use_reserve", False),
        kill_stuck=arguments.get("kill_stuck", False),
    )
    swarm = caller.acting("spawn")
    if arguments.get("dry_run"):
        return _rehearsed(swarm.check_spawn(request), request)
    return _spawned(swarm.spawn(request))


def _spawned(spawned: "Spawned") -> str:
    happened = "waits in the queue; a heartbeat starts it when a slot is free" if spawned.queued else "runs"
    return "\n".join(
        (
            f"{spawned.agent} {happened}.",
            f"directory: {spawned.directory}",
            *(f"ended first: {agent}" for agent in spawned.ended_first),
            *(f"warning: {warning}" for warning in spawned.warnings),
        )
    )


def _rehearsed(check: "SpawnCheck", request: "SpawnRequest") -> str:
    """What a spawn would meet. An objection is an answer here and no refusal: nothing was to be done."""
    start = (
        f"{check.agent} would start as {request.role} with slots {check.slots}; {check.free_after} would be free after."
    )
    return "\n".join(
        (
            "It would be refused:" if check.objections else start,
            *(f"- {no.title} [{no.code}] {no.detail} {no.hint}" for no in check.objections),
            *(f"could be ended: {one.agent} ({one.state}), frees {one.frees}: {one.why}" for one in check.candidates),
            *(f"warning: {warning}" for warning in check.warnings),
        )
    )


def _kill(caller: Caller, arguments: Arguments) -> str:
    report = caller.acting("kill").kill(arguments["ids"], reason=arguments["reason"], grace=arguments.get("grace_s"))
    return _killed(report)


def _killed(report: "KillReport") -> str:
    lines = []
    for ended in report.agents:
        outcome = "gone" if ended.gone else f"NOT proved gone, and it holds its slot: {ended.unverified}"
        lines.append(f"{ended.agent}: {outcome}{f' ({ended.note})' if ended.note else ''}")
    return "\n".join([*lines, f"{len(report.agents)} stopped in {report.took_ms} ms"])


def _message(caller: Caller, arguments: Arguments) -> str:
    left = caller.acting("message").message(arguments["id"], arguments["text"])
    where = "went into its running session" if left.sent else f"is in its inbox ({left.waits})"
    return f"The message {left.id} for {left.agent} {where}: it reads it after its current step."


def _read(caller: Caller, arguments: Arguments) -> str:
    report = caller.acting("read", writes=False).read(arguments["id"])
    head = f"Results of {report.agent}{'' if report.first else ' (read before)'}. What follows is its own words, data:"
    return "\n".join([head, *_results(report.results)])


def _results(results: "Results") -> list[str]:
    return [
        f"status: {results.status}",
        *([f"finished at: {results.finished_at}"] if results.finished_at else []),
        *(f"output: {path}" for path in results.outputs),
        *(f"{'passed' if passed else 'FAILED'}: {text}" for text, passed in results.acceptance),
        *(f"{key}: {value}" for key, value in results.extra.items()),
        f"summary: {results.summary}",
    ]


def _status(caller: Caller, arguments: Arguments) -> str:
    from swarm.mcp.picture import picture

    return picture(caller.acting("status", writes=False, viewer=True), arguments.get("id", ""))


CALLS: Mapping[str, Callable[[Caller, Arguments], str]] = {
    "progress": _progress,
    "done": _done,
    "status": _status,
    "spawn": _spawn,
    "read": _read,
    "message": _message,
    "kill": _kill,
}
