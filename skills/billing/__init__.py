"""Billing: the port, its values, the price list."""
