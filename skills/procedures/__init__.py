"""Procedures: how common cases are handled, step by step, in plain TOML that support people write, test and publish."""
