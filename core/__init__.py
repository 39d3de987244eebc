"""The plain objects that every room of the house shares."""
