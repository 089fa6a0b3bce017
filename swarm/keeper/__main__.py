"""The supervising process of one agent: starts its program, outlives its starter, ends its tree, reports how it ended.

    python -I -S -E keeper.py AGENT_DIR

Standard library only, and all it needs lies in the agent's directory, so that any runner can start it:

- .run/launch.json, read: {spawn_id, argv, env, cwd, stdin, channel, mark, gentle_signal, gentle_group, grace_s}. `env`
  goes over the keeper's own environment, in which SWARM_SPAWN must be the same spawn id. `mark`: a line for log/stdout.
- .run/first, read where `channel` is true: what stands in the channel when the program starts.
- .run/stdin, where `channel` is true: a FIFO, or a note of where its end is, as long as the program listens.
- .run/orders, a FIFO likewise: the byte `c` closes the channel, so that the program reads its end. Both go with it.
- .run/kept.json, written once the program runs: {schema, spawn_id, keeper, program, subreaper}, both as identities.
- .run/order.json, read on SIGTERM: {spawn_id, grace_s}.
- exit.json, written last: {schema, spawn_id, code, at, stopped, found, left, more, error, steps, subreaper}; `at` in
  seconds since 1970, found and left as [{pid, command, how}].
- log/stdout and log/stderr, the program's output.

One line of JSON goes to standard output, {"started": true} or {"error", "errno", "stage"}; then the starter goes on.

To stay below ten megabytes it starts the program with json and ctypes, then executes itself anew without them. From
then on it imports nothing, because Python may be upgraded under it while an agent runs for weeks.
"""

from __future__ import annotations

import os
import sys


def begin(path: str) -> None:
    """Starts the program of an agent's directory, says so, and goes on as its watcher."""
    from swarm.keeper import procfs, start
    from swarm.keeper.jsonfile import open_directory
    from swarm.keeper.supervise import ignore_and_block

    path = os.path.abspath(path)
    start.detach()
    ignore_and_block()
    spawn_id = os.environ.get(procfs.MARKER, "")
    directory = -1
    channel = None
    try:
        directory = open_directory(path)
        os.chdir("/")
        launch = start.read_launch(directory, spawn_id)
        subreaper = start.become_subreaper()
        channel = start.make_channel(launch, directory)
        program = start.start(launch, directory, channel)
        start.record(directory, spawn_id, program, subreaper=subreaper)
    except start.FailedStart as failed:
        start.say_failure(directory, spawn_id, failed)
        os._exit(1)
    except OSError as error:
        start.say_failure(directory, spawn_id, start.FailedStart("launch", str(error), error.errno))
        os._exit(1)
    start.say({"started": True})
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(null, descriptor)
    writes, orders = -1, -1
    if channel is not None:
        channel.finish()
        writes, orders = channel.writes, channel.orders
    go_on(path, [program, directory, writes, orders, spawn_id, *terms_of(launch), int(subreaper)])


def terms_of(launch: dict[str, object]) -> tuple[int, float, int]:
    """Gentle signal, grace in seconds and whether the signal goes to the group, as launch.json has them."""
    gentle, grace = launch.get("gentle_signal"), launch.get("grace_s")
    return (
        gentle if isinstance(gentle, int) and 0 < gentle < 65 else 15,
        float(grace) if isinstance(grace, int | float) else 10.0,
        int(launch.get("gentle_group") is True),
    )


def go_on(path: str, arguments: list[object]) -> None:
    """Executes this file anew: same process, same children, a fresh and smaller memory."""
    words = [str(word) for word in arguments]
    for descriptor in words[1:4]:
        if descriptor != "-1":
            os.set_inheritable(int(descriptor), True)  # noqa: FBT003 takes no keywords
    try:
        os.execv(sys.executable, [sys.executable, "-I", "-S", "-E", SCRIPT, path, *words])  # noqa: S606 no shell
    except OSError:
        watch(words)  # heavier, but it keeps


def watch(words: list[str]) -> None:
    """Watches the program until it has ended."""
    from swarm.keeper.supervise import Supervisor, Terms

    program, directory, channel, orders, spawn_id, gentle, grace, group, subreaper = words
    for descriptor in (directory, channel, orders):
        if descriptor != "-1":
            os.set_inheritable(int(descriptor), False)  # noqa: FBT003 takes no keywords
    terms = Terms(spawn_id, int(gentle), float(grace), group=group == "1", subreaper=subreaper == "1")
    Supervisor(int(program), int(directory), terms, channel=int(channel), orders=int(orders)).run()
    os._exit(0)


SCRIPT = os.path.abspath(__file__)
if __name__ == "__main__":
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(SCRIPT))))
    if len(sys.argv) == 2:
        begin(sys.argv[1])
    elif len(sys.argv) == 11:
        watch(sys.argv[2:])
    else:
        sys.exit("usage: python -I -S -E keeper.py AGENT_DIR")
