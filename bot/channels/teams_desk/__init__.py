"""The desk in Microsoft Teams: cases in a channel, each with its thread; drafts, actions and approvals for agents."""
