"""The conversation: one procedure machine, the same for every model and every channel."""
