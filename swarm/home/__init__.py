"""One opened home: its paths, policy, ledger and runner, who acts in it, and whom a name means."""
