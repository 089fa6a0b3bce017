"""What can go wrong, said so that a person knows what happened and what to do."""


class SwarmError(Exception):
    """Something failed; `title` says what, `detail` where and why, `hint` what to do about it.

    `code` is the stable word that scripts read (`--json`), `exit_status` the command line's status (cli.md).
    """

    code = "failed"
    exit_status = 1

    def __init__(self, title: str, detail: str = "", hint: str = "", *, code: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.detail = detail
        self.hint = hint
        if code:
            self.code = code

    def __str__(self) -> str:
        return " ".join(part for part in (self.title, self.detail, self.hint) if part)

    def as_json(self) -> dict[str, str]:
        """The error as `--json` prints it below the key `error`."""
        return {"code": self.code, "title": self.title, "detail": self.detail, "hint": self.hint}


class Usage(SwarmError):
    """The call itself was wrong."""

    code = "usage"
    exit_status = 2


class Refused(SwarmError):
    """Policy said no: `no-slot`, `reserve`, `budget`, `depth`, `owns`, `input`, `model`, `hierarchy`, `half-period`,
    `acceptance`, `role`, `exists`, `name`, `paused-branch`, `read-only`, `crash-loop`."""

    code = "refused"
    exit_status = 3

    def __init__(self, code: str, title: str, detail: str = "", hint: str = "") -> None:
        super().__init__(title, detail, hint, code=code)


class NotFound(SwarmError):
    """No such agent, or more than one that the words could mean."""

    code = "no-such-agent"
    exit_status = 4


class Busy(SwarmError):
    """Somebody else holds what is needed, and went on holding it until the deadline."""

    code = "busy"
    exit_status = 5


class HomeError(SwarmError):
    """The home cannot be used as asked: missing, foreign, read-only, from a newer version, on a full disk."""

    code = "home"


class PolicyError(HomeError):
    """`swarm.toml` is wrong; the title names file, line and key."""

    code = "policy"
