"""Hostile outputs, the places where they are put, and what watches the browser that shows them."""
