"""What the journal noted while this machine's clock was ahead of what it tells now."""

from photofs.catalog.part import Part


class ClockWriting(Part):
    """Mends times of unsettled operations; within the caller's transaction."""

    def clock_was_ahead(self, now_ns: int, by_ns: int) -> None:
        """What was noted later than that much from now waits from now on as long as it had to."""
        self.database.run(
            "UPDATE operation SET not_before_ns = not_before_ns - changed_ns + ?1,"
            " planned_ns = planned_ns - changed_ns + ?1, changed_ns = ?1"
            " WHERE settled = 0 AND changed_ns > ?1 + ?2",
            (now_ns, by_ns),
        )
