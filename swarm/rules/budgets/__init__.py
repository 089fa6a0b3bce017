"""Who may hold how many slots: budgets over subtrees, their allocation, what is spawned next."""
