"""What the scan holds of each agent between two looks: its files, its place in the tree, what its texts said."""
