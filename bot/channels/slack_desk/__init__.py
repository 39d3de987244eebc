"""The desk in Slack: case cards, threads, drafts, approvals, commands and the Home tab."""
