"""doctor, on prices: how old those are by which limits in dollars go, and which models of this home have none."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

from swarm.formatting import plural
from swarm.home.context import Home
from swarm.model.requests import Finding, Level
from swarm.programs.price_table import LISTED, OLD_DAYS, oldest
from swarm.programs.prices import Prices


def prices(home: Home, wall: float) -> Iterator[Finding]:
    """The age of the table, and models that are named in swarm.toml without a price. wall: seconds since 1970."""
    read_on = oldest()
    age = (datetime.fromtimestamp(wall, UTC).date() - date.fromisoformat(read_on)).days
    own = len(home.policy.prices)
    text = f"list prices of {len(LISTED)} models, read on {read_on} ({plural(max(age, 0), 'day')} ago)"
    text += f", and {own} of swarm.toml" if own else ""
    if age > OLD_DAYS:
        cure = "Compare them with your provider's; [prices.MODEL] in swarm.toml comes before them."
        yield Finding(Level.NOTE, "prices", text, cure)
    else:
        yield Finding(Level.OK, "prices", text)
    known = Prices(home.policy.prices)
    named = {
        *(settings.model for settings in home.policy.programs.values()),
        home.policy.models.tier,
        home.policy.root.model,
    }
    for model in sorted(named - {""}):
        if known.of(model) is None:
            text = f"no price of {model!r} is known: no limit in dollars holds for it where its program names none"
            yield Finding(Level.NOTE, "prices", text, f"[prices.{json.dumps(model)}] in swarm.toml names one.")
