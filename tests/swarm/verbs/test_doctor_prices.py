"""What the doctor says of prices: their age, and the models of this home that have none."""

from datetime import UTC, datetime

from swarm.model.requests import Level
from swarm.programs.price_table import OLD_DAYS, oldest
from swarm.verbs.doctor_prices import prices
from tests.support.homes import LiveHome

DAY_S = 86400.0
READ_ON = datetime.fromisoformat(oldest()).replace(tzinfo=UTC).timestamp()


def test_a_table_of_prices_grows_old(live_home: LiveHome) -> None:
    (young,) = prices(live_home.home, READ_ON + 3 * DAY_S)
    assert (young.level, oldest() in young.text, "3 days ago" in young.text) == (Level.OK, True, True)
    (old,) = prices(live_home.home, READ_ON + (OLD_DAYS + 1) * DAY_S)
    assert (old.level, "swarm.toml comes before" in old.hint) == (Level.NOTE, True)
    (early,) = prices(live_home.home, READ_ON - 3 * DAY_S)
    assert "0 days ago" in early.text


def test_models_that_swarm_toml_names_and_nobody_prices_are_named(live_home: LiveHome) -> None:
    live_home.rules(
        more='\n[programs.claude]\nmodel = "my-gateway"\n[programs.codex]\nmodel = "priced"\n'
        "[prices.priced]\ninput = 1\noutput = 2\n"
    )
    live_home.open()
    table, unknown = prices(live_home.open().home, READ_ON)
    assert "1 of swarm.toml" in table.text
    assert ("my-gateway" in unknown.text, '[prices."my-gateway"]' in unknown.hint) == (True, True)
