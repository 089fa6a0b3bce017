"""From the disk to a snapshot: what lies in the tree, what changed in it, and what is wrong with it."""
