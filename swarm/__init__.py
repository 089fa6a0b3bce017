"""The engine: protocol, rules, store, processes. No Textual, no rich, no command line."""
