"""Looks beside the files of an agent, each at its own pace: outputs, streams, roles, models, strays, who wrote what."""
