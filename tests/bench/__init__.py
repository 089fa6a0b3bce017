"""How fast it is: `make bench`, or `python -m tests.bench [NAME ...] [--agents N] [--quick] [--against FILE]`."""
