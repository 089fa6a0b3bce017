"""What came of an agent: outcomes, checks, disputes, who has read the results and who was told."""
