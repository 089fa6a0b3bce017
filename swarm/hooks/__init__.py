"""What a program's hooks ask of us: may this be written, what is new, may it end. Light: it runs at every tool call."""
