"""The rooms of the keeper: light enough to stay in memory beside every agent. Standard library only."""
