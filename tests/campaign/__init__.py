"""The ten failures as one campaign: each case planted or honest, judged by the engine, counted by failure."""
