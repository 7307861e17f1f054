"""The door at the kernel: translation only."""
