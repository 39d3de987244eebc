"""Helpdesk: the port and its values."""
