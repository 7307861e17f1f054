"""The bytes of originals on this disk: files sealed by SHA-256, and drafts with their ranges."""
