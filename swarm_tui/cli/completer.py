"""What can stand for the last word of a command line: verbs, options and values, from the table of verbs. Light."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from swarm.model.verb import Argument, ArgumentKind, Verb, flag, option
from swarm.model.verbs import BY_NAME, VERBS
from swarm_tui.cli.verb_place import find_verb

if TYPE_CHECKING:
    from swarm_tui.cli.home_values import HomeValues


class Candidate(NamedTuple):
    """One word that may be meant, and what it is."""

    word: str
    about: str = ""


class Offer(NamedTuple):
    """What a shell offers: these words, or the paths that it finds itself."""

    candidates: tuple[Candidate, ...] = ()
    paths: str = ""
    """`files`, `directories`, or '' where it is to offer none."""


FILES = Offer(paths="files")
DIRECTORIES = Offer(paths="directories")
OF_EVERY_VERB = (
    option("home", "DIR", "the swarm's home", flags=("-C",), kind=ArgumentKind.DIRECTORY),
    option("wait", "TIME", "how long to wait for a lock"),
    flag("json", "print one JSON document"),
    flag("version", "print the version and leave"),
    flag("help", "show what it does and leave"),
)
OF_THE_ROOM = (flag("read_only", "open the control room without the actions that write"),)


class _Line(NamedTuple):
    """A command line up to the word in question, without its verb."""

    given: frozenset[str]
    """Names of the options that stand in it."""
    places: tuple[str, ...]
    """The words that are no options, and no values of one."""
    asked: Argument | None
    """The option whose value comes next; None where a word of its own does."""
    home: str
    """What `-C` says; '' where it is not there."""
    is_over: bool
    """`--` stands in it: no options follow."""


def offer(words: Sequence[str], values: "HomeValues") -> Offer:
    """What can stand for the last of the words that follow the name of the program. values: of the home they mean."""
    before, word = list(words[:-1]), words[-1] if words else ""
    at = find_verb(before)
    verb = BY_NAME.get(before.pop(at)) if at is not None else None
    if at is not None and verb is None:
        return Offer()
    taken = (*OF_EVERY_VERB, *(verb.arguments if verb is not None else OF_THE_ROOM))
    options = {name: argument for argument in taken for name in argument.flags if argument.help}
    line = _read(before, options)
    values.name_home(line.home)
    if line.is_over and verb is not None and verb.command:
        return FILES
    if line.asked is not None and not (line.asked.without is not None and word.startswith("-")):
        return _value(line.asked, word, values)
    if line.is_over or not word.startswith("-"):
        return _verbs(word) if verb is None else _place(verb, line.places, word, values)
    name, equals, value = word.partition("=")
    if equals and name in options:
        found = _value(options[name], value, values)
        return found._replace(candidates=tuple(each._replace(word=f"{name}={each.word}") for each in found.candidates))
    return Offer(tuple(_options(taken, line.given, word)))


def _read(before: Iterable[str], options: "dict[str, Argument]") -> _Line:
    given: set[str] = set()
    places: list[str] = []
    asked: Argument | None = None
    home, is_over = "", False
    for word in before:
        if asked is not None and not (asked.without is not None and word.startswith("-")):
            home, asked = word if asked.name == "home" else home, None
            continue
        asked = None
        name, equals, _ = word.partition("=")
        if word == "--":
            is_over = True
        elif is_over or not word.startswith("-"):
            places.append(word)
        elif (argument := options.get(name)) is not None:
            given.add(argument.name)
            asked = None if equals or argument.kind is ArgumentKind.FLAG else argument
    return _Line(frozenset(given), tuple(places), asked, home, is_over)


def _verbs(word: str) -> Offer:
    return Offer(tuple(Candidate(verb.name, verb.help) for verb in VERBS if verb.name.startswith(word)))


def _options(taken: Iterable[Argument], given: frozenset[str], word: str) -> Iterator[Candidate]:
    for argument in taken:
        names = [name for name in argument.flags if name.startswith(word)]
        if names and argument.help and (argument.many or argument.name not in given):
            yield Candidate(max(names, key=len), argument.help)


def _place(verb: Verb, places: Sequence[str], word: str, values: "HomeValues") -> Offer:
    """What can stand at the next place of a verb's own words."""
    own = [argument for argument in verb.arguments if argument.help and not argument.flags]
    if not own or (len(places) >= len(own) and not own[-1].many):
        return Offer()
    found = _value(own[min(len(places), len(own) - 1)], word, values)
    return found._replace(candidates=tuple(each for each in found.candidates if each.word not in places))


def _value(argument: Argument, word: str, values: "HomeValues") -> Offer:
    if argument.kind is ArgumentKind.FILE:
        return FILES
    if argument.kind is ArgumentKind.DIRECTORY:
        return DIRECTORIES
    if argument.choices:
        return Offer(tuple(Candidate(choice) for choice in argument.choices if choice.startswith(word)))
    return Offer(tuple(Candidate(*found) for found in values.of(argument.kind, word)))
