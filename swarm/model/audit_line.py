"""One line of the audit log as a value: what a revision of the ledger owes until it is written."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from swarm.model.actor import AuditVerb
from swarm.model.bounds import Count, Seconds, Text


class AuditLine(Struct, frozen=True, omit_defaults=True):
    """Who did what to which spawn, or was refused it. more: what the verb adds."""

    actor: Text
    verb: AuditVerb
    wall: Seconds
    """Wall seconds at which it was done."""
    agent: Text = ""
    spawn_id: Text = ""
    ok: bool = True
    code: Text = ""
    reason: Text = ""
    more: Mapping[str, Any] = {}
    revision: Count = 0
    """The revision of the ledger that owes it; 0 where none does."""
    after: Count = 0
    """Number of the last record in the log when that revision was committed: it stands behind that one, or nowhere."""
