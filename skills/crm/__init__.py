"""CRM: the port and its values."""
