"""The copilot itself: front doors, dialogue, models, channels."""
