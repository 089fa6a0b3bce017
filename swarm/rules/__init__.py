"""Pure decisions: health, slots, limits, alerts, the plan of a heartbeat. No disk, no clock, no effects."""
