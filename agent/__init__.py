"""The companion: brings remote services, the catalog and the store into agreement, one verb a file."""
