"""Our verbs as tools of an agent's program: an MCP server over stdio, standard library only until a tool needs more."""
