"""The companion: brings services, catalog and store into agreement, one verb a file."""
