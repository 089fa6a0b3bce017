"""What is in an agent's files, as far as it tells new work from the same bytes written again; each read once."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from swarm.rules.looping.observation import CONTENT
from swarm.store import reader
from swarm.store.reader import Unreadable

MAX_READ = 512
"""Files that are read: the newest. Of the rest size and time tell."""
WHOLE_BYTES = 32 * 1024
"""Of a larger file its beginning, middle and end are read."""
PART_BYTES = 8 * 1024
MAX_SEEN = 50_000
_Key = tuple[int, int, int, int]


class Contents:
    """What was seen in the files of one agent. A file is read again only where it has changed."""

    __slots__ = ("_known", "_seen")

    def __init__(self) -> None:
        self._known: dict[str, tuple[_Key, bytes]] = {}
        self._seen: set[bytes] = set()

    def take(self, found: Mapping[str, os.stat_result]) -> tuple[str, float | None]:
        """Looks at files, given by path with their state.

        Returns a key over all contents, whatever the files are called, and the wall seconds of the last change among
        those whose content was never seen before; None where there is none.
        """
        newest_first = sorted(found.items(), key=lambda each: each[1].st_ctime_ns, reverse=True)
        known = {
            path: self._content(path, stat, read=place < MAX_READ) for place, (path, stat) in enumerate(newest_first)
        }
        fresh = [stat.st_ctime_ns for path, stat in found.items() if known[path][1] not in self._seen]
        self._known = known
        if len(self._seen) > MAX_SEEN:
            self._seen.clear()
        self._seen.update(digest for _, digest in known.values())
        return _key({digest for _, digest in known.values()}), max(fresh) / 1e9 if fresh else None

    def _content(self, path: str, stat: os.stat_result, *, read: bool) -> tuple[_Key, bytes]:
        key = stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
        before = self._known.get(path)
        if before is not None and before[0] == key:
            return before
        return key, (_digest(path, stat.st_size) if read else b"") or f"{stat.st_size} {stat.st_mtime_ns}".encode()


def _key(digests: set[bytes]) -> str:
    if not digests:
        return CONTENT
    from hashlib import blake2b  # OpenSSL comes with it: only where there is something to count

    whole = blake2b(digest_size=12)
    for digest in sorted(digests):
        whole.update(digest)
    return CONTENT + whole.hexdigest()


def _digest(path: str, size: int) -> bytes:
    """A hash of what is in a file; b'' where it cannot be read."""
    from hashlib import blake2b

    digest = blake2b(str(size).encode(), digest_size=12)
    try:
        for read in _parts(Path(path), size):
            digest.update(read.data if read is not None else b"")
    except Unreadable:
        return b""
    return digest.digest()


def _parts(path: Path, size: int) -> Iterator[reader.Read | None]:
    if size <= WHOLE_BYTES:
        yield reader.read_head(path, WHOLE_BYTES)
        return
    yield reader.read_head(path, PART_BYTES)
    yield reader.read_from(path, size // 2, PART_BYTES)
    yield reader.read_tail(path, PART_BYTES)
