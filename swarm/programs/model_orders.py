"""Which models an agent's program is ordered to run: by its spawn, or by what environment and settings change of that.

A spawn is held to the tier by its model; a variable or an option of the program's own goes past that (failure 4).
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import PurePath
from typing import NamedTuple

from swarm.config.policy import Policy, ProgramSettings
from swarm.model.agent import AgentSpec
from swarm.programs.model_names import FAMILIES, plain
from swarm.programs.registry import CODING, COMMAND, kind_of

_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "claude": ("--model",),
    "codex": ("-m", "--model"),
    "gemini": ("-m", "--model"),
    "opencode": ("-m", "--model"),
}
"""By language: the options of which the last one orders the model."""
_SETTINGS: Mapping[str, tuple[str, ...]] = {"codex": ("-c", "--config")}
"""By language: the options that set `model=NAME` among other things."""
_VARIABLES: Mapping[str, str] = {"claude": "ANTHROPIC_MODEL", "gemini": "GEMINI_MODEL"}
"""By language: the variable that orders the model where no option does."""
_OF_FAMILIES: Mapping[str, str] = {"claude": "ANTHROPIC_DEFAULT_{}_MODEL"}
"""By language: the variable that says what the name of a family stands for."""
_OF_SUBAGENTS: Mapping[str, str] = {"claude": "CLAUDE_CODE_SUBAGENT_MODEL"}


class Order(NamedTuple):
    """One model that is ordered. by: what orders it in place of the spawn; '' where the spawn does."""

    model: str
    by: str = ""


def language_of(spec: AgentSpec, policy: Policy) -> str:
    """Which coding agent it runs, by any name or as a plain command; '' for what is none that is known."""
    kind = kind_of(spec.program, policy)
    if kind != COMMAND:
        return kind
    settings = policy.programs.get(spec.program, ProgramSettings())
    argv = spec.argv or settings.argv
    word = PurePath(argv[0]).name if argv else ""
    return settings.format or (word if word in CODING else "")


def orders_of(spec: AgentSpec, policy: Policy) -> tuple[Order, ...]:
    """The orders that reach its program, that of the agent itself first; none where nothing names a model."""
    language = language_of(spec, policy)
    settings = policy.programs.get(spec.program, ProgramSettings())
    found = [_own(spec, settings, language, is_command=kind_of(spec.program, policy) == COMMAND)]
    if variable := _OF_SUBAGENTS.get(language):
        found.append(_of_variable(variable, spec, settings))
    return tuple(each for each in found if each.model)


def _own(spec: AgentSpec, settings: ProgramSettings, language: str, *, is_command: bool) -> Order:
    """What orders the agent itself: of several options the last one counts, of all the others the first."""
    table = f"[programs.{spec.program}]"
    if is_command:
        own = Order(_option(spec.argv or settings.argv, language), "its command" if spec.argv else f"{table} argv")
        return _first(own, _of_variables(spec, settings, language), Order(spec.model))
    added = Order(_option(settings.args, language), f"{table} args")
    begun = Order(_option(settings.argv, language), f"{table} argv")
    order = _first(added, Order(spec.model), begun, _of_variables(spec, settings, language))
    family, pattern = plain(order.model), _OF_FAMILIES.get(language)
    if pattern and family in FAMILIES:
        return _first(_of_variable(pattern.format(family.upper()), spec, settings), order)
    return order


def _first(*orders: Order) -> Order:
    return next((each for each in orders if each.model), orders[-1])


def _of_variables(spec: AgentSpec, settings: ProgramSettings, language: str) -> Order:
    """Where it is not known what a command starts, the variable of any language says what it is to run."""
    names = [_VARIABLES[language]] if language in _VARIABLES else [] if language else [*_VARIABLES.values()]
    return _first(*(_of_variable(name, spec, settings) for name in names), Order(""))


def _of_variable(name: str, spec: AgentSpec, settings: ProgramSettings) -> Order:
    if name in spec.env:
        return Order(spec.env[name].strip(), f"--env {name}")
    return Order(settings.env.get(name, "").strip(), f"[programs.{spec.program}] env {name}")


def _option(words: Sequence[str], language: str) -> str:
    """The model that the last of its options names; '' where none does."""
    found = ""
    for word, after in pairwise((*words, "")):
        name, equals, value = word.partition("=")
        if name in _OPTIONS.get(language, ()):
            found = value if equals else after
        elif name in _SETTINGS.get(language, ()):
            key, _, value = (value if equals else after).partition("=")
            found = value.strip("\"' ") if key.strip() == "model" else found
    return found.strip()
