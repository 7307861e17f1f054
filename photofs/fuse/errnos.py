"""The one table from our errors to errno and log level.

Read from top to bottom; the first class that fits counts. Expected absences are not worth a line in
the log; what a person can mend is a warning; our own mistakes are errors.
"""

import errno
import logging
from typing import NamedTuple

from photofs.model import errors


class Answer(NamedTuple):
    """What a program gets, and how loud the log is."""

    errno: int
    level: int


TABLE: tuple[tuple[type[errors.PhotofsError], Answer], ...] = (
    (errors.NotFound, Answer(errno.ENOENT, logging.DEBUG)),
    (errors.ReadOnly, Answer(errno.EROFS, logging.WARNING)),
    (errors.Exists, Answer(errno.EEXIST, logging.DEBUG)),
    (errors.NotEmpty, Answer(errno.ENOTEMPTY, logging.DEBUG)),
    (errors.IsFolder, Answer(errno.EISDIR, logging.DEBUG)),
    (errors.NotFolder, Answer(errno.ENOTDIR, logging.DEBUG)),
    (errors.NameTooLong, Answer(errno.ENAMETOOLONG, logging.DEBUG)),
    (errors.BadName, Answer(errno.EILSEQ, logging.INFO)),
    # EXDEV makes mv, file managers and rsync copy, which between two libraries is what is meant
    (errors.Across, Answer(errno.EXDEV, logging.DEBUG)),
    # A file manager shows it as a file without a thumbnail. The guard has its own line a program.
    (errors.Guarded, Answer(errno.EACCES, logging.DEBUG)),
    (errors.Refused, Answer(errno.EPERM, logging.WARNING)),
    (errors.Busy, Answer(errno.EBUSY, logging.WARNING)),
    # ETIMEDOUT and ENETUNREACH say to a person what happened; backup programs take either as
    # "this file could not be read" and go on. Never EAGAIN: nobody expects it of a plain file.
    (errors.TimedOut, Answer(errno.ETIMEDOUT, logging.WARNING)),
    (errors.Unreachable, Answer(errno.ENETUNREACH, logging.WARNING)),
    # Not ENOENT, as below; "No such device or address" is what is so when a disk is not attached.
    (errors.NotAttached, Answer(errno.ENXIO, logging.WARNING)),
    (errors.Temporary, Answer(errno.EIO, logging.WARNING)),
    (errors.Unauthorised, Answer(errno.EACCES, logging.WARNING)),
    # Not ENOENT: the name is there, and a mirror program must not take the file for deleted.
    (errors.Gone, Answer(errno.ENODATA, logging.WARNING)),
    (errors.Quota, Answer(errno.EDQUOT, logging.WARNING)),
    (errors.Rationed, Answer(errno.EDQUOT, logging.WARNING)),
    (errors.Full, Answer(errno.ENOSPC, logging.WARNING)),
    (errors.TooLong, Answer(errno.EFBIG, logging.INFO)),
    (errors.Corrupt, Answer(errno.EIO, logging.WARNING)),
    # that is without a number; else the program gets the number as it is
    (errors.Native, Answer(errno.EIO, logging.WARNING)),
    (errors.StoreError, Answer(errno.EIO, logging.WARNING)),
    (errors.PhotofsError, Answer(errno.EIO, logging.ERROR)),
)


LOUD = frozenset({errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM})
"""Numbers of the file system below Scratch that a person should hear of. Not ENOSPC: the program
tells of it, and ext4 says it for attributes that are too long."""


def answer_for(error: errors.PhotofsError) -> Answer:
    """What to answer to an error of ours."""
    if isinstance(error, errors.Native) and error.error_number is not None:
        loud = error.error_number in LOUD
        return Answer(error.error_number, logging.WARNING if loud else logging.DEBUG)
    for kind, answer in TABLE:
        if isinstance(error, kind):
            return answer
    raise AssertionError("the table ends with the base of all our errors")
