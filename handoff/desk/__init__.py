"""What agents do and see, whatever they sit at: the console, Slack or Teams. Knows none of the three."""
