"""A mirror folder on a disk: nothing is done there without its marker, nothing outside of it."""
