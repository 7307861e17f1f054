"""Turns observations into photos, albums, folders and names in the catalog."""
