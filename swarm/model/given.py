"""What tells values that a spawn was given from those that its agent.json holds now: an agent can write that file."""

from collections.abc import Sequence


def key_of(values: Sequence[object]) -> str:
    """Returns a hash of texts and tuples of texts; '' for none."""
    if not values:
        return ""
    from hashlib import blake2b  # OpenSSL comes with it: only where there is something to keep

    return blake2b(repr(values).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
