"""The command line: the table of verbs, parser, output, one module a verb."""
