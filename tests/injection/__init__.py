"""No text widens what may be done: a quick part of `python -m tests.benchmarks.injection`."""
