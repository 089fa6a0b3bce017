"""The frozen values that pass between the packages of the engine, by topic; no rules and no disk."""
