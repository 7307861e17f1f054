"""File-system verbs, with no FUSE in sight."""
