"""Words that newer versions may add to: an enum that keeps a word it does not know, instead of refusing it."""

from enum import StrEnum
from typing import Self


class OpenEnum(StrEnum):
    """An enum of words that are stored on disk. A word of a newer version becomes a value without a name.

    Such a value prints, compares, hashes and is written back as its word; no member is equal to it.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_, unknown._value_ = "", value
        return unknown
