"""Against programs that others wrote. `make test-peers` installs them into .cache/peers; they are for evaluation only."""
