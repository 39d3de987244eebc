"""Brings what is said in a conversation to the channels that must be sent to, once, and knows what became of it."""
