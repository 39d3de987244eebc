"""Who a Slack or Teams user is to us: a customer, with how much assurance; an agent; or a stranger."""
