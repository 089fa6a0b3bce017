"""List prices of models, each with the day on which it was read. `[prices.MODEL]` in swarm.toml comes before them."""

from collections.abc import Mapping

from msgspec import Struct

from swarm.config.spending_policy import Price

OLD_DAYS = 90
"""After so many days doctor says that the prices may be others by now."""


class Listed(Struct, frozen=True):
    """One price, in dollars for a million tokens. Long prompts, batches and fast modes may cost otherwise."""

    price: Price
    read_on: str
    """The day, like 2026-11-25."""


def _listed(read_on: str, prices: Mapping[str, Price]) -> dict[str, Listed]:
    return {model: Listed(price, read_on) for model, price in prices.items()}


_OPUS = Price(5, 25)
_SONNET = Price(3, 15)
_MYTHOS = Price(10, 50)
_ANTHROPIC: Mapping[str, Price] = {
    **dict.fromkeys(
        ("claude-opus-4-5", "claude-opus-4-6", "claude-opus-4-7", "claude-opus-4-8", "claude-opus-5"), _OPUS
    ),
    "claude-opus-5-5": Price(4, 20, cache_read=0.2),
    **dict.fromkeys(("claude-sonnet-4", "claude-sonnet-4-0", "claude-sonnet-4-5", "claude-sonnet-4-6"), _SONNET),
    "claude-sonnet-5": Price(2, 10),
    "claude-sonnet-5-5": Price(2, 10, cache_read=0.1),
    "claude-haiku-4-5": Price(1, 5),
    "claude-haiku-5-5": Price(0.1, 0.5),
    **dict.fromkeys(("claude-fable-5", "claude-mythos-5"), _MYTHOS),
    "claude-fable-5-1": Price(10, 50, cache_read=0.25),
    **dict.fromkeys(("claude-fable-5-2", "claude-mythos-5-2"), Price(8, 40, cache_read=0.2)),
}
_GPT_5 = Price(1.25, 10, cache_write=0)
_GPT_5_2 = Price(1.75, 14, cache_write=0)
_OPENAI: Mapping[str, Price] = {
    **dict.fromkeys(("gpt-5", "gpt-5-codex", "gpt-5.1", "gpt-5.1-codex"), _GPT_5),
    **dict.fromkeys(("gpt-5-mini", "gpt-5.1-codex-mini"), Price(0.25, 2, cache_write=0)),
    **dict.fromkeys(("gpt-5.2", "gpt-5.2-codex", "gpt-5.3-codex"), _GPT_5_2),
    "gpt-5.4": Price(2.5, 15, cache_write=0),
    "gpt-5.4-mini": Price(0.75, 4.5, cache_write=0),
    "gpt-5.5": Price(5, 30, cache_write=0),
    "gpt-5.6-sol": Price(5, 30),  # it was cut since, as some say; a limit that stops early is the smaller harm
    "gpt-5.6-terra": Price(2, 12),
    "gpt-5.6-luna": Price(0.2, 1.2),
    "gpt-6-astra": Price(10, 50),
    "gpt-6-sol": Price(2, 10),
    "gpt-6.1-sol": Price(2, 10, cache_read=0.1),
    "gpt-6-luna": Price(0.1, 0.5),
}
_GOOGLE: Mapping[str, Price] = {
    "gemini-2.5-pro": Price(1.25, 10, cache_write=0),
    "gemini-2.5-flash": Price(0.3, 2.5, cache_write=0),
    **dict.fromkeys(("gemini-3.1-pro", "gemini-3.1-pro-preview"), Price(2, 12, cache_write=0)),
    "gemini-3.5-flash": Price(1.5, 9, cache_write=0),
}
LISTED: Mapping[str, Listed] = {
    **_listed("2026-11-25", _ANTHROPIC),
    **_listed("2026-11-26", _OPENAI),
    **_listed("2026-11-26", _GOOGLE),
}
"""By a model's plain name."""


def oldest() -> str:
    """The day of the price that was read the longest ago."""
    return min(each.read_on for each in LISTED.values())
