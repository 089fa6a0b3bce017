"""What the status of an answer says of a model service, whichever program tells of it."""

from swarm.model.service import Trouble

_STATUS = {
    401: Trouble.LOGIN,
    402: Trouble.CREDIT,
    403: Trouble.LOGIN,
    407: Trouble.UNREACHABLE,
    408: Trouble.UNREACHABLE,
    429: Trouble.LIMIT,
}


def trouble_of_status(status: int) -> Trouble | None:
    """The trouble behind an HTTP status; None where the request itself was at fault, or none is known."""
    return Trouble.OVERLOADED if 500 <= status < 600 else _STATUS.get(status)
