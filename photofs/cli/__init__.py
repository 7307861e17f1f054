"""The door at the keyboard: one command a file."""
