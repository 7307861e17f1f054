"""How the emulated service behaves where the real one is known to vary, or is not known."""

import math
from dataclasses import dataclass, field
from typing import Literal


@dataclass(kw_only=True)
class Habits:
    """Switches; the defaults are the service at its strictest.

    `check_nonces`, `clock_tolerance` (s, None = any clock is right): OAuth checks.
    `wrong_codes`: how many wrong codes a login bears before its request token is void.
    `beyond_last`: a listing's page past the last one is empty, or the last page again.
    `unlisted`: ids of photos that lists count in their totals, but leave out of their pages.
    `search_lag` (s): how long photos.search does not know of a change.
    `jitter`: numbers in JSON come quoted or not, by chance from `seed`.
    `gzip`: API answers are compressed for clients that can read it.
    `static_ranges`: whether the static host honours Range for photos (videos always do).
    `static_chunked`: which static files come without a length.
    `api_per_hour`: queries an hour and key (the documented bound is 3600); None = no limit.
    `static_burst`: how many static files in `static_window` s before 429; None = no limit.
    `static_penalty` (s): how long 429 lasts; every rejected try begins it anew.
    `video_originals`: whether play/orig gives the original (it gives 404 since 2016).
    `link_lifetime` (s): how long a video's redirect target is good.
    `ticket_delay` (s): how long an asynchronous upload is being worked on.
    `lost_tickets`: an asynchronous upload is said to be done, and its photo is nowhere.
    `video_pages`: labels of the transcodes that a video has.
    `max_photo`, `max_video` (bytes): upload limits.
    `non_pro_closed`: uploads of free accounts are refused for the time being (code 14).
    `dedup`: whether dedup_check is heeded at all (no public page promises it).
    `keep_empty_albums`: an album whose last photo was taken out stays (else it vanishes).
    `max_album`, `max_tags`: how many photos an album, tags a photo can have.
    `max_albums`, `max_videos`: how many an account can have; None = as many as it likes.
    `order_touches`: ordering the albums sets the `date_update` of all.
    """

    check_nonces: bool = True
    clock_tolerance: float | None = 300.0
    wrong_codes: float = math.inf
    beyond_last: Literal["empty", "repeat"] = "empty"
    unlisted: frozenset[str] = frozenset()
    search_lag: float = 0.0
    jitter: bool = True
    seed: int = 1
    gzip: bool = True
    static_ranges: bool = True
    static_chunked: Literal["previews", "all", "none"] = "previews"
    api_per_hour: int | None = None
    static_burst: int | None = None
    static_window: float = 60.0
    static_penalty: float = 60.0
    video_originals: bool = False
    link_lifetime: float = 3600.0
    ticket_delay: float = 0.0
    video_pages: tuple[str, ...] = field(default=("1080p", "720p", "360p"))
    max_photo: int = 209_715_200
    max_video: int = 1_073_741_824
    max_album: int = 1000
    max_tags: int = 75
    max_albums: int | None = None
    max_videos: int | None = None
    order_touches: bool = False
    lost_tickets: bool = False
    non_pro_closed: bool = False
    dedup: bool = True
    keep_empty_albums: bool = False
