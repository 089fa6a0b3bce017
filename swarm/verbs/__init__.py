"""One verb a file: decide, then do."""
