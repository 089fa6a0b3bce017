"""The terminal as it is: its charset, its closing, its toasts, a person's session in it."""
