"""What must hold before an agent starts: its fields, parent, budget, scope, environment, worktree."""
