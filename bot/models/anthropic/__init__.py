"""Claude behind the port to providers: the Messages interface, streamed. Only here is the `anthropic` package known."""
