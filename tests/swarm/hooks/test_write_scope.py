"""However a path is spelt, what may be written by it lies in the scope and is not the engine's."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.errors import SwarmError
from swarm.hooks.context import HookCaller, HookError, caller_of
from swarm.hooks.guard import judge
from swarm.hooks.write_scope import WriteScope, may_write, readings, write_scope_of
from tests.support.hooked import Hooked

PARTS = (
    *("..", ".", "", "work", "a.md", "door", "self", "up", "child", ".run", ".RUN", "log", "stdout", "agent.json"),
    *(
        "AGENT.json",
        "swarm",
        "agents",
        "genesis-01",
        "idea",
        "worker-1",
        "worker-2",
        "site",
        "state.json",
        "é",
        "e\u0301",
    ),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Hooked:
    """An agent held to its directory and to `site`, with links out of it, and agents beside and below it."""
    hooked = Hooked(tmp_path_factory.mktemp("territory") / "home")
    own = hooked.dir.path
    hooked.add("genesis-01/idea/worker-2")
    hooked.add(f"{hooked.id}/child")
    (own / "work").mkdir()
    (hooked.root / "site").mkdir()
    (own / "door").symlink_to(hooked.root)
    (own / "self").symlink_to(own)
    (own / "work" / "up").symlink_to("..")
    (own / "é").symlink_to("/")
    hooked.guard(scope="owns", writable=[own, hooked.root / "site"])
    return hooked


@pytest.fixture(scope="module")
def scope(made: Hooked) -> WriteScope:
    return write_scope_of(caller_of(made.env), json.loads(made.dir.guard.read_text()))


@given(parts=st.lists(st.sampled_from(PARTS), min_size=1, max_size=9), absolute=st.booleans())
def test_no_spelling_leads_out_of_the_scope_or_into_the_engines_files(
    made: Hooked, scope: WriteScope, parts: list[str], absolute: bool
) -> None:
    own, home = made.dir.path, made.root
    path = "/".join([str(home) if absolute else "", *parts] if absolute else parts)
    try:
        no = may_write(scope, path, str(own))
    except HookError:
        return
    if no is not None:
        return
    for spelt in (path, os.path.normpath(path)):
        real = os.path.realpath(os.path.join(own, spelt))
        allowed = [os.path.realpath(place) for place in (own, home / "site")]
        inside = [place for place in allowed if real == place or real.startswith(place + os.sep)]
        assert inside, real
        if inside != [allowed[0]]:
            continue
        names = real.removeprefix(allowed[0]).casefold().split(os.sep)[1:]
        assert names[:1] not in (["child"], [".run"], ["log"])
        if not {"work", "log"} & set(names):  # nobody looks for agents below these
            assert ".run" not in names
            assert names[-1:] != ["agent.json"]


@given(path=st.text(max_size=60))
def test_a_path_of_any_characters_is_judged_or_refused(scope: WriteScope, made: Hooked, path: str) -> None:
    try:
        found = readings(path, str(made.dir.path))
    except (HookError, UnicodeEncodeError):
        return
    assert found
    assert all(os.path.isabs(real) for real in found)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)
CALLS = st.fixed_dictionaries(
    {},
    optional={
        "tool_name": st.sampled_from(["Write", "Edit", "Bash", "NotebookEdit", "Read"]) | JSON,
        "tool_input": st.fixed_dictionaries({}, optional={"file_path": JSON, "command": JSON, "notebook_path": JSON})
        | JSON,
        "cwd": JSON,
    },
)


@given(call=CALLS)
def test_a_call_of_any_shape_is_judged_or_refused(made: Hooked, call: dict[str, object]) -> None:
    who: HookCaller = caller_of(made.env)
    try:
        denial = judge(who, call, made.env)
    except (SwarmError, ValueError):
        return
    tool, said = call["tool_name"], call["tool_input"]
    assert isinstance(tool, str)
    assert isinstance(said, dict)
    if tool in ("Write", "Edit") and denial is None:
        real = os.path.realpath(os.path.join(str(call.get("cwd") or made.dir.path), str(said["file_path"])))
        assert real.startswith((str(made.dir.path), str(made.root / "site")))
