"""How the emulated Google behaves where the real one is known to vary, or is not known."""

from dataclasses import dataclass, field
from typing import Literal

from photofs.emulators.google.site_habits import SiteHabits

MIB = 1 << 20
GIB = 1 << 30
DAY = 86_400.0


@dataclass(kw_only=True)
class Habits:
    """Switches; the defaults are the service at its strictest.

    `access_lifetime`, `base_url_lifetime` (s): how long tokens and base URLs are good.
    `testing_lifetime` (s): how long the refresh token of an app in testing is.
    `tells_login_end`: whether a login's end is told with it (not known of the service).
    `unticked`: scopes that the owner does not tick when they agree.
    `short_pages`, `empty_pages`: listings give fewer than asked, or none, while there is more.
    `untold`: names of fields that mediaItems lack, those of mediaMetadata as well.
    `overlap`: a page begins with the last item of the page before.
    `ranges`: what a byte host does with Range: 206, the whole with 200, or that without a length.
    `needs_login`: base URLs of the Library API want the token, too (the Picker's always do).
    `video_polls`: how often a new video says PROCESSING.
    `granularity` (bytes), `upload_lifetime`, `token_lifetime` (s): of resumable uploads.
    `max_photo`, `max_video` (bytes), `max_album`: what is too much.
    `partial_status`: what batchCreate answers if some of its items fail.
    `calls_per_day`, `bytes_per_day`: of a project. `writes_per_minute`: of a user.
    `serial_writes`: two writes at once are refused; `write_takes` (s): how long each is under way.
    `picker_poll`, `picker_lifetime` (s): what a session says, and how long it lives.
    `picker_most`: what a session holds at the most, whatever was asked for.
    `max_pickings`: open sessions of a user.
    `site`: of the owner's pages.
    """

    access_lifetime: float = 3600.0
    base_url_lifetime: float = 3600.0
    testing_lifetime: float = 7 * DAY
    tells_login_end: bool = False
    unticked: frozenset[str] = frozenset()
    short_pages: bool = False
    empty_pages: bool = False
    untold: frozenset[str] = frozenset()
    overlap: bool = False
    ranges: Literal["part", "whole", "no length"] = "part"
    needs_login: bool = True
    video_polls: int = 0
    granularity: int = 256 * 1024
    upload_lifetime: float = 7 * DAY
    token_lifetime: float = DAY
    max_photo: int = 200 * MIB
    max_video: int = 20 * GIB
    max_album: int = 20_000
    partial_status: Literal[200, 207] = 207
    calls_per_day: int = 10_000
    bytes_per_day: int = 75_000
    writes_per_minute: int | None = None
    serial_writes: bool = True
    write_takes: float = 0.0
    picker_poll: float = 5.0
    picker_lifetime: float = 7 * DAY
    picker_most: int = 2_000
    max_pickings: int = 20
    site: SiteHabits = field(default_factory=SiteHabits)
