"""A folder of Google Takeout archives, read in place."""
