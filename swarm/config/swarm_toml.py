"""Reads swarm.toml. The operator edits it, the engine only reads; what was checked once is not checked again."""

from pathlib import Path
from typing import Any

from swarm.config.checked import CheckedFiles
from swarm.config.policy import Policy
from swarm.errors import PolicyError

MAX_POLICY_BYTES = 256 * 1024


def load_policy(path: Path, checked: CheckedFiles | None = None) -> Policy:
    """The policy of a swarm.toml; raises PolicyError that names file, line and key.

    checked: what was checked of this home's files before; None checks anew.
    """
    try:
        if path.exists() and not path.is_file():
            raise PolicyError(f"{path} is not a file.", hint="Put the settings into a plain file of this name.")
        with path.open("rb") as file:
            raw = file.read(MAX_POLICY_BYTES + 1)
    except OSError as error:
        raise PolicyError(f"{path} cannot be read.", error.strerror or str(error)) from error
    if len(raw) > MAX_POLICY_BYTES:
        raise PolicyError(f"{path} is larger than {MAX_POLICY_BYTES} bytes.", hint="It holds settings, nothing else.")
    return parse_policy(raw.decode("utf-8", "replace"), checked, path.name)


def parse_policy(text: str, checked: CheckedFiles | None = None, name: str = "swarm.toml") -> Policy:
    """The policy of a text; raises PolicyError as above."""

    def check() -> dict[str, Any]:
        from swarm.config.policy_checker import check_policy  # pydantic: 200 ms of processor

        return check_policy(text, name)

    return (checked or CheckedFiles()).value(name, text, Policy, check)
