"""The door at the pipe: a child process that fetches, so that the mount process stays light."""
