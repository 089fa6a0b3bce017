"""Whether what an agent does is of use: repetition, cadence, outputs, and who ends for it."""
