"""What a sentence of progress.md says, without what only makes it look new: numbers, ids, times, endings, filler."""

import re
from functools import lru_cache
from typing import NamedTuple

MAX_CHARACTERS = 400
"""Of an entry that are compared."""
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d(?:[t ]\d\d:\d\d(?::\d\d)?)?|\b\d\d?:\d\d(?::\d\d)?\b"
    r"|\b\d+(?:\.\d+)? ?(?:ms|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|days?)\b"
    r"|(?<!\d)1\d{9}(?:\d{3})?(?:\.\d+)?(?!\d)"
)
"""Dates, times of day, spans, and seconds since 1970: time passes whether anything is done or not."""
_NUMBER = r"\d[\d,_]*(?:\.\d+)?"
_GOAL = re.compile(
    rf"(?<![\w./-])({_NUMBER})(?:\s*/\s*|\s+(?:of|out of|von|de|sur|di)\s+(?:the\s+)?)({_NUMBER})(?![\w/-]|\.\d)"
)
_PERCENT = re.compile(r"(?<![\w./-])(\d{1,3}(?:\.\d+)?)\s?(?:%|percent\b)")
_LEFT = re.compile(rf"(?<![\w./-])({_NUMBER})\s+(?:([^\W\d_]+)\s+)?(?:left|remaining|remain|to go)\b")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_PLAIN_NUMBER = re.compile(rf"(?<![\w.-]){_NUMBER}(?![\w-])")
_ENDINGS = ("ing", "ied", "ies", "ed", "es", "e", "s")
_LEAST_STEM = 3


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


IDLE = _set(
    """again alive attempt attempts await awaiting blocked busy continue continued continues continuing elapsed
    heartbeat heartbeats idle keep keeping loop looping pending poll polling queued retried retries retry retrying
    sleep sleeping slept still stuck tick ticks tries try trying wait waited waiting yet"""
)
"""Words of who waits or tries again: a number beside one of them counts how often, not how much was done."""
_FILLER = _set(
    """a about am an and are as at be been being but by currently did do does doing done for from going had has have i
    in into is it its just me middle more my no not now of off on once ongoing or our out over own progress running so
    some that the their them then there these they this those through to up was we were while with
    work working"""
)
"""Words that say nothing of what is done."""


class Gist(NamedTuple):
    """A sentence without what only makes it look new."""

    words: tuple[str, ...]
    """Stems, in order."""
    numbers: tuple[float, ...]
    """Those that stand alone, in order."""
    goal: tuple[float, float] | None
    """How much is done of how much, where it says so: (17, 400); (-64, 0) where it says how much is left."""
    is_idle: bool
    """It waits, or tries again."""

    @property
    def text(self) -> str:
        """The stems as one text: equal for sentences that say the same."""
        return " ".join(self.words)


@lru_cache(maxsize=4096)
def gist(sentence: str) -> Gist:
    """What a sentence says. Never raises; a sentence of numbers alone has no words."""
    said = _TIME.sub(" ", sentence[:MAX_CHARACTERS].casefold())
    plain = [word for word in _WORD.findall(said) if not any(map(str.isdigit, word))]
    telling = [word for word in plain if word not in _FILLER and word not in IDLE]
    words = tuple(map(_stem, telling or plain))
    return Gist(words, tuple(map(_value, _PLAIN_NUMBER.findall(said))), _goal(said), not IDLE.isdisjoint(plain))


def _goal(said: str) -> tuple[float, float] | None:
    """`17 of 400`, `800/2000`, `64 left`, `41 %`. `attempt 3 of 5` counts tries, and is none."""
    for found in _GOAL.finditer(said):
        done, total = _value(found[1]), _value(found[2])
        if done <= total and total > 1 and IDLE.isdisjoint(_WORD.findall(said[: found.start()])[-1:]):
            return done, total
    left = _LEFT.search(said)
    if left is not None and left[2] not in IDLE:
        return -_value(left[1]), 0.0
    percent = _PERCENT.search(said)
    return (float(percent[1]), 100.0) if percent is not None and float(percent[1]) <= 100 else None


def _value(digits: str) -> float:
    return float(digits.replace(",", "").replace("_", ""))


def _stem(word: str) -> str:
    """`browsing`, `browsed` and `browse` are one word. Crude, and the same for all that is compared."""
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < _LEAST_STEM:
            continue
        if ending in ("ies", "ied"):
            return f"{stem}y"
        doubled = ending in ("ing", "ed") and len(stem) > _LEAST_STEM and stem[-1] == stem[-2]
        return stem[:-1] if doubled else stem
    return word
