"""What the swarm knows of itself: state.json and its revisions, the phases of agents, the audit log."""
