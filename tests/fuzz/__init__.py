"""Bodies and headers of every kind against the doors that other services come in by: no forgery is taken, nothing breaks."""
