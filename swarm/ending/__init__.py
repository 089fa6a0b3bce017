"""How an agent comes to its end: what is seen of it, what it leaves behind, and what the ledger records."""
