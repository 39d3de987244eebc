"""What was said, and what lasts of it: threads, facts about customers, their recall and their forgetting."""
