"""What hangs on a photo, handed to another one when observations move between the two.

All of it runs inside the caller's transaction. Names in folders are filing's matter.
"""

from typing import Final

from photofs.catalog.part import Part

# Each takes (photo, to). Of two wishes for one album the later one counts.
_ALL: Final = (
    """
    DELETE FROM wished_member WHERE photo = ?2 AND EXISTS (SELECT 1 FROM wished_member w
    WHERE w.photo = ?1 AND w.album = wished_member.album
    AND w.operation > wished_member.operation)""",
    "UPDATE OR IGNORE wished_member SET photo = ?2 WHERE photo = ?1",
    "DELETE FROM wished_member WHERE photo = ?1 AND ?2 IS NOT NULL",
    "UPDATE operation SET photo = ?2 WHERE photo = ?1",
    "UPDATE membership SET photo = ?2 WHERE photo = ?1",
    "UPDATE discard SET photo = ?2 WHERE photo = ?1",
    """
    UPDATE photo SET pinned = max(pinned, (SELECT pinned FROM photo WHERE id = ?1)),
    set_mtime_ns = coalesce(set_mtime_ns, (SELECT set_mtime_ns FROM photo WHERE id = ?1))
    WHERE id = ?2""",
    """
    UPDATE photo SET pinned = 0, set_mtime_ns = NULL, binned_ns = NULL
    WHERE id = ?1 AND ?2 IS NOT NULL""",
    "DELETE FROM stand_in WHERE photo IN (?1, ?2)",
    "UPDATE observation SET photo = ?2 WHERE photo = ?1",
)

# Each takes (photo, observation, to).
_PART: Final = (
    """
    UPDATE operation SET photo = ?3 WHERE photo = ?1 AND settled = 0
    AND source = (SELECT source FROM observation WHERE id = ?2)""",
    """
    UPDATE OR REPLACE wished_member SET photo = ?3 WHERE photo = ?1 AND operation IN
    (SELECT id FROM operation WHERE photo = ?3) AND ?2 IS NOT NULL""",
    """
    UPDATE photo SET (pinned, binned_ns) = (SELECT pinned, binned_ns FROM photo WHERE id = ?1)
    WHERE id = ?3 AND ?2 IS NOT NULL""",
)


class Regrouping(Part):
    """Moves rows of observation, membership, operation, wished_member, discard and photo."""

    def move_one_observation(self, observation_id: int, to: int) -> None:
        """An observation tells of another photo from now on, and so do the albums of its source."""
        self.database.run("UPDATE observation SET photo = ? WHERE id = ?", (to, observation_id))
        self.database.run(
            "UPDATE membership SET photo = ?1 WHERE (album, remote_id) IN (SELECT m.album,"
            " m.remote_id FROM observation o JOIN album a ON a.source = o.source"
            " JOIN membership m ON m.album = a.id AND m.remote_id = o.remote_id WHERE o.id = ?2)",
            (to, observation_id),
        )

    def hand_all_over(self, photo_id: int, to: int) -> None:
        """All that the user did with a photo was done with another one; nothing is left with it."""
        for statement in _ALL:
            self.database.run(statement, (photo_id, to))

    def hand_part_over(self, photo_id: int, observation_id: int, to: int) -> None:
        """What waits to be sent to an observation's source is about the photo that it tells of.

        Whether it is pinned, and lies in Trash, holds for both.
        """
        for statement in _PART:
            self.database.run(statement, (photo_id, observation_id, to))

    def was_written_here(self, photo_id: int) -> bool:
        """Whether a program wrote it through the mount, and so gave it its names."""
        row = self.database.one(
            "SELECT 1 FROM operation WHERE photo = ? AND verb = 'upload' LIMIT 1", (photo_id,)
        )
        return row is not None

    def is_free(self, photo_id: int) -> bool:
        """Whether no source tells of a photo, nor has a program written it."""
        row = self.database.one(
            "SELECT 1 FROM photo p WHERE p.id = ?1 AND p.gone = 1"
            " AND NOT EXISTS (SELECT 1 FROM observation o WHERE o.photo = p.id)"
            " AND NOT EXISTS (SELECT 1 FROM incoming i WHERE i.photo = p.id)",
            (photo_id,),
        )
        return row is not None
