"""What Rapport can do for a customer in billing, CRM and helpdesk."""
