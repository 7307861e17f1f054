"""What the kernel of this machine tells of mounts and processes, and the end of a connection."""
