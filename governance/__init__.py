"""May this happen, who said so, and what was live when it did."""
