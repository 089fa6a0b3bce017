"""Acceptance checks: commands that say whether an outcome is there, run in the home under a time limit."""

import os
import signal
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from swarm.admission.scope import given_by_held
from swarm.home.context import Home
from swarm.model.agent import AgentSpec
from swarm.platform.clock import wait_until
from swarm.processes.identity import identify, send
from swarm.processes.members import marked
from swarm.programs import preflight, sandbox
from swarm.programs.environment import inherited
from swarm.protocol.paths import MARKER
from swarm.sanitize import clean
from swarm.store import writer

if TYPE_CHECKING:
    import subprocess

OUTPUT_BYTES = 4000
MOST_CHECKS = 100
"""Of one agent: each may take as long as the policy says."""


class Judged(Struct, frozen=True):
    """One outcome and what its check said. why: exit code, time limit, last words."""

    text: str
    passed: bool
    why: str


def run_checks(home: Home, spec: AgentSpec, marker: str) -> tuple[Judged, ...]:
    """Runs every check of an agent's spec, one after the other; exit 0 means passed (protocol.md, The spec).

    The checks are the spec's, written once at its spawn; of a spec with more than MOST_CHECKS the rest counts as
    failed. What a check prints is kept in the agent's log. marker: with which those of the checks begin.
    """
    checks = [
        (number, clean(outcome.text), outcome.check)
        for number, outcome in enumerate(spec.acceptance, 1)
        if outcome.check
    ]
    judged = [_run(home, spec, marker, *check) for check in checks[:MOST_CHECKS]]
    beyond = f"it was not run: the first {MOST_CHECKS} are"
    return (*judged, *(Judged(text, passed=False, why=beyond) for _, text, _ in checks[MOST_CHECKS:]))


def _run(home: Home, spec: AgentSpec, mark: str, number: int, text: str, check: str) -> Judged:
    limit = home.policy.acceptance.timeout
    marker = f"{mark}.{uuid.uuid4().hex}"
    environment = {**inherited(os.environ), "SWARM_HOME": str(home.layout.root), MARKER: marker}
    if spec.worktree is not None:
        environment["SWARM_WORKTREE"] = str(home.layout.root / spec.worktree.path)
    words: tuple[str, ...] = ("/bin/sh", "-c", check)
    if given_by_held(home, spec):
        if why := preflight.no_box(environment):
            return Judged(text, passed=False, why=f"it was not run: who gave it is held to a scope, and {why}")
        words = sandbox.boxed(preflight.executable("bwrap", environment), words, home.layout.root, environment)
    import subprocess
    import tempfile

    # Inside the home: the machine of a small container may have no directory for temporary files.
    with tempfile.TemporaryFile(dir=home.layout.swarm) as said:
        try:
            process = subprocess.Popen(
                words,
                cwd=home.layout.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        except OSError as error:
            return Judged(text, passed=False, why=f"it could not be run: {error.strerror or error}")
        in_time = wait_until(lambda: identify(process.pid) is None, limit)
        code = _end(process, marker)
        answer = _tail(said.fileno())
    why = f"exit code {code}" if code >= 0 else f"ended by signal {-code}"
    if not in_time:
        why = f"no answer within {limit:g} s"
    _keep(home, spec, number, check, why, answer)
    last = clean(answer.decode("utf-8", "replace").strip().rpartition("\n")[2], 200)
    passed = in_time and code == 0
    return Judged(text, passed, f"{why}: {last}" if last and not passed else why)


def _end(process: "subprocess.Popen[bytes]", marker: str) -> int:
    """Ends whatever the check left: its process group, and what carries its marker. Returns its exit code."""
    # Not reaped yet, so its pid, which names the group, cannot be another process's.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    code = process.wait()
    for left in marked(marker):
        identity = identify(left.pid, marker)
        if identity is not None and identity.ticks == left.ticks:
            send(identity, signal.SIGKILL)
    return code


def _tail(descriptor: int) -> bytes:
    size = os.fstat(descriptor).st_size
    return os.pread(descriptor, OUTPUT_BYTES, max(0, size - OUTPUT_BYTES))


def _keep(home: Home, spec: AgentSpec, number: int, check: str, why: str, said: bytes) -> None:
    agent = home.layout.agent(spec.id)
    if agent.log.is_dir():
        head = f"$ {clean(check, 500)}\n# {why}\n".encode()
        writer.write_atomic(agent.stream(f"check-{number}"), head + said)
