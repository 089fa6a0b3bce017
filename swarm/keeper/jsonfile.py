"""The keeper's own JSON, whole or not at all: it must not import anything in the hour of need."""

from __future__ import annotations

import os


def encode(value: object) -> str:
    """JSON in plain ASCII."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{encode(str(key))}: {encode(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(encode, value)) + "]"
    return '"' + "".join(map(_character, str(value))) + '"'


def _character(character: str) -> str:
    number = ord(character)
    if 32 <= number < 127 and character not in '"\\':
        return character
    if number < 0x10000:
        return f"\\u{number:04x}"
    number -= 0x10000
    return f"\\u{0xD800 + (number >> 10):04x}\\u{0xDC00 + (number & 0x3FF):04x}"


def open_directory(path: str, dir_fd: int | None = None) -> int:
    """A directory, not through a link; raises OSError."""
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=dir_fd)


def write_atomic(name: str, value: dict[str, object], directory: int, *, sync: bool) -> None:
    """A JSON file in an open directory; raises OSError, and then the old one stands. sync: it outlives a power cut."""
    temporary = f".swarm-keeper-{os.urandom(8).hex()}.tmp"  # as the store names its own, and sweeps them
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(temporary, flags, 0o644, dir_fd=directory)
    try:
        try:
            data = encode(value).encode() + b"\n"
            while data:
                data = data[os.write(descriptor, data) :]
            if sync:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.rename(temporary, name, src_dir_fd=directory, dst_dir_fd=directory)
    except OSError:
        os.unlink(temporary, dir_fd=directory)
        raise
    if sync:
        os.fsync(directory)
