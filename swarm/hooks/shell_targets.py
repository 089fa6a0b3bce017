"""Which files a shell command plainly names as what it writes: redirections and the well-known programs.

Best effort, and no wall: what a script or an interpreter writes cannot be read off its command line. The program's own
permission rules and its sandbox hold for that; this only stops the slip and the plain attempt.
"""

import os
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

MAX_COMMAND = 64 * 1024
MAX_NESTED = 3
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r]+|\\\n|(?<![^\s;&|()])\#[^\n]*)
    |(?P<copied>\d*[<>]&[\d-]+)
    |(?P<redirect>(?:&|\d*)>(?:>|\||&)?|\d*<>)
    |(?P<input>\d*<{1,3}-?)
    |(?P<end>&&|\|\||;;|[;&|\n(){}!](?=\s|$|[^=]))
    |(?P<word>(?:[^\s;&|()<>'"\\$`]|\\.|'[^']*'|"(?:[^"\\]|\\.)*"|\$\{?\w+\}?|\$|["'`\\])+)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_PART = re.compile(
    r"""\\(?P<escaped>.)|'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|\$(?:\{(?P<braced>\w+)\}|(?P<named>\w+))"""
    r"""|(?P<plain>.)""",
    re.DOTALL,
)
_INNER = re.compile(r"""\\(?P<escaped>["\\$`])|\$(?:\{(?P<braced>\w+)\}|(?P<named>\w+))|(?P<plain>.)""", re.DOTALL)
_ASSIGNMENT = re.compile(r"\w+=")
BEFORE = frozenset(
    [
        "sudo",
        "env",
        "nohup",
        "nice",
        "time",
        "command",
        "exec",
        "builtin",
        "setsid",
        "stdbuf",
        "ionice",
        "doas",
        "then",
        "do",
        "else",
        "if",
        "while",
    ]
)
SHELLS = frozenset(["sh", "bash", "dash", "zsh", "ksh"])
REMOVES = frozenset(["rm", "rmdir", "unlink", "shred", "mv"])
WRITES_ALL = REMOVES | frozenset(
    ["truncate", "tee", "touch", "chmod", "chown", "chgrp", "chattr", "setfacl", "mkdir", "mkfifo", "mknod"]
)
WRITES_LAST = frozenset(["cp", "ln", "install", "rsync", "scp"])
IN_PLACE = frozenset(["sed", "perl", "ruby"])


class WrittenFile(NamedTuple):
    """One file that a command writes. whole: everything below it goes too. cwd: from where the name is meant."""

    path: str
    cwd: str
    whole: bool = False


def targets(command: str, cwd: str, env: Mapping[str, str], depth: int = 0) -> list[WrittenFile]:
    """What a command names as written, in its order; at most its first 64 KiB are looked at."""
    found: list[WrittenFile] = []
    words: list[str] = []
    before = ""  # what stood before a token, blanks left out
    for match in _TOKEN.finditer(command[:MAX_COMMAND] + "\n"):
        kind = match.lastgroup
        if kind == "word":
            word = _plain(match[0], env)
            if before == "redirect":
                found.append(WrittenFile(word, cwd))
            elif before != "input":
                words.append(word)
        elif kind == "end":
            found += _of_program(words, cwd, env, depth)
            cwd = _moved(words, cwd)
            words = []
        before = before if kind == "space" else str(kind)
    return found


def _of_program(words: Sequence[str], cwd: str, env: Mapping[str, str], depth: int) -> list[WrittenFile]:
    """What one simple command writes."""
    words = _without_wrappers(words)
    if not words:
        return []
    program, rest = os.path.basename(words[0]), list(words[1:])
    named = [word for word in rest if word and not word.startswith("-")]
    if program in SHELLS and depth < MAX_NESTED:
        script = next((rest[at + 1] for at in range(len(rest) - 1) if re.fullmatch(r"-[a-z]*c", rest[at])), "")
        return targets(script, cwd, env, depth + 1)
    if program == "eval" and depth < MAX_NESTED:
        return targets(" ".join(rest), cwd, env, depth + 1)
    if program == "dd":
        return [WrittenFile(word[3:], cwd) for word in rest if word.startswith("of=")]
    if program in IN_PLACE and any(re.match(r"-[a-zA-Z]*i|--in-place", word) for word in rest):
        return [WrittenFile(word, cwd) for word in named]
    if program == "find" and "-delete" in rest:
        return [WrittenFile(word, cwd, whole=True) for word in named]
    if program in WRITES_ALL:
        return [WrittenFile(word, cwd, whole=program in REMOVES or "-R" in rest) for word in named]
    if program in WRITES_LAST:
        return [WrittenFile(word, cwd) for word in _last(rest, named)]
    return []


def _last(rest: Sequence[str], named: Sequence[str]) -> list[str]:
    """Where something is copied to: the last word, or what -t says, as a directory and with each file's name in it."""
    into = [word.partition("=")[2] for word in rest if word.startswith("--target-directory=")]
    into += [rest[at + 1] for at in range(len(rest) - 1) if rest[at] == "-t"]
    named = [word for word in named if word not in into]
    if not into:
        into, named = list(named[-1:]), named[:-1]
    return into + [os.path.join(directory, os.path.basename(name)) for directory in into for name in named]


def _without_wrappers(words: Sequence[str]) -> Sequence[str]:
    at = 0
    while at < len(words):
        word = words[at]
        if not (_ASSIGNMENT.match(word) or os.path.basename(word) in BEFORE or (at and word.startswith("-"))):
            break
        at += 1
    return words[at:]


def _moved(words: Sequence[str], cwd: str) -> str:
    """The directory after a command: another one after `cd`."""
    if len(words) == 2 and words[0] in ("cd", "pushd") and words[1] != "-":
        return os.path.join(cwd, os.path.expanduser(words[1]))
    return cwd


def _plain(word: str, env: Mapping[str, str]) -> str:
    """A word as the shell would hand it on: quotes taken off, variables of our environment filled in."""
    out: list[str] = []
    for match in _PART.finditer(word):
        if match["double"] is not None:
            out += [_filled(inner, env) for inner in _INNER.finditer(match["double"])]
        else:
            out.append(match["single"] if match["single"] is not None else _filled(match, env))
    return "".join(out)


def _filled(match: "re.Match[str]", env: Mapping[str, str]) -> str:
    name = match["braced"] or match["named"]
    return env.get(name, "") if name else (match["escaped"] or match["plain"] or "")
