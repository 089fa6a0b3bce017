"""How fast it is: `make bench`, or `python -m tests.bench [NAME ...] [--agents N] [--quick]`. No tests in here."""
