"""`rapport ask`: the door for scripts. Each line is a fresh conversation with a fresh copy of the demo company."""
