"""What an administrator uploads to Slack and Teams, and what says whether an installation is well."""
