"""Texts that give orders to the agent that reads them: unwrapped, folded, matched, and fenced where they travel on."""
