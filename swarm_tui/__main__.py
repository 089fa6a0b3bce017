"""`python -m swarm_tui`: the command line, for who has only the interpreter at hand."""

import sys

from swarm_tui.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
