complete swarm-tui 'p/*/`swarm-tui completion tcsh -- "$COMMAND_LINE"`/'
