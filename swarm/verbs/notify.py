"""notify: who is told of what; a test message for each. The targets of swarm.toml, and those of a caller's own file."""

import os
from collections.abc import Iterator

from swarm.config.notify_policy import NotifyPolicy, Target
from swarm.errors import Code, NotFound, SwarmError
from swarm.home.context import Home
from swarm.model.causes import Severity
from swarm.model.notification import Addressee, Message, TargetMemory
from swarm.notify import memory
from swarm.notify.deliver import deliver
from swarm.notify.secrets import address_of
from swarm.notify.targets import targets


def addressees(home: Home, own: NotifyPolicy) -> list[Addressee]:
    """Everybody who is to be told, with what each has heard. own: of the caller's config.toml."""
    known = memory.load(home.layout)
    return [
        Addressee(name, where_of(target), target.severity, policy.quiet, known.targets.get(name, TargetMemory()))
        for name, target, policy in targets(home.policy.notify, own)
    ]


def send_test(home: Home, own: NotifyPolicy, name: str = "") -> list[tuple[str, str]]:
    """Sends each target, or the one of this name, a test message. Returns (name, why it failed or '').

    Raises NotFound `notify` where there is no such target, or none at all.
    """
    found = [each for each in targets(home.policy.notify, own) if not name or each[0] == name]
    if not found:
        known = ", ".join(each for each, *_ in targets(home.policy.notify, own))
        raise NotFound(
            f"There is no target {name[:80]!r}." if name else "There is nobody to tell.",
            f"There are: {known}." if known else "",
            "Write one into swarm.toml, or into your own config.toml: [notify.targets.NAME] with env or file.",
            code=Code.NOTIFY,
        )
    return list(_tested(home, found))


def _tested(home: Home, found: list[tuple[str, Target, NotifyPolicy]]) -> Iterator[tuple[str, str]]:
    swarm = home.policy.name or home.layout.root.name
    for name, target, policy in found:
        text = f"swarm-tui tells {name} of alerts from {target.severity} on."
        message = Message(f"{swarm}: a test", text, Severity.WARNING)
        try:
            yield name, deliver(address_of(target, os.environ), (message,), policy.timeout)
        except SwarmError as error:
            yield name, f"{error.title} {error.hint}".strip()


def where_of(target: Target) -> str:
    """Where its address stands, which says nothing of the address itself."""
    return f"${target.env}" if target.env else target.file or target.url.partition("://")[0] + "://"
