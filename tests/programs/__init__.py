"""End-to-end tests with the real agent programs against scripted models on loopback. `make test-programs` runs them."""
