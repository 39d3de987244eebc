"""Slack: customers write to the assistant there. The only package beside slack_desk that knows Slack."""
