"""Which photo stands under which path, and what a verb means there."""
