"""Writes the smallest MP4 that players play: one track of JPEG frames (ISO/IEC 14496-12 and -14).

The track is `mp4v` with object type 0x6C (JPEG, registered at mp4ra.org), as ffmpeg writes it.
"""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime

EPOCH_1904 = datetime(1904, 1, 1, tzinfo=UTC)
TIMESCALE = 1000  # ticks a second, for the movie and for its track
UNITY_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
JPEG_OBJECT_TYPE = 0x6C
WORD = 0xFFFFFFFF  # what 32 bits hold: seconds since 1904 until February 2040
VISUAL_STREAM = 0x11  # stream type 4, not upstream, reserved bit set


@dataclass(frozen=True, slots=True, kw_only=True)
class Movie:
    """What is to be written: whole JPEG frames, their rate and size, and when and where."""

    frames: tuple[bytes, ...]
    frames_a_second: int
    size: tuple[int, int]
    created: datetime | None
    position: tuple[float, float] | None = None

    @property
    def ticks_a_frame(self) -> int:
        """How long each frame stands."""
        return TIMESCALE // self.frames_a_second

    @property
    def ticks(self) -> int:
        """How long the movie runs."""
        return self.ticks_a_frame * len(self.frames)

    @property
    def created_1904(self) -> int:
        """Seconds since 1904, the header's unit; 0 is "unknown"."""
        if self.created is None:
            return 0
        return max(0, int((self.created - EPOCH_1904).total_seconds()))


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def _full(kind: bytes, *parts: bytes, flags: int = 0, version: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)


def _times(movie: Movie, between: bytes) -> tuple[int, bytes]:
    """Version and the fields creation, modification, `between`, duration: 64 bits where needed."""
    created = movie.created_1904
    version = int(created > WORD)
    word = ">QQ" if version else ">II"
    last = ">Q" if version else ">I"
    return version, struct.pack(word, created, created) + between + struct.pack(last, movie.ticks)


def _movie_header(movie: Movie) -> bytes:
    version, times = _times(movie, struct.pack(">I", TIMESCALE))
    rate_and_volume = struct.pack(">IH10x", 0x10000, 0x100)
    rest = rate_and_volume + UNITY_MATRIX + bytes(24) + struct.pack(">I", 2)
    return _full(b"mvhd", times, rest, version=version)


def _track_header(movie: Movie) -> bytes:
    version, times = _times(movie, struct.pack(">II", 1, 0))
    width, height = movie.size
    rest = bytes(16) + UNITY_MATRIX + struct.pack(">II", width << 16, height << 16)
    return _full(b"tkhd", times, rest, flags=3, version=version)


def _media(movie: Movie, first_byte: int) -> bytes:
    version, times = _times(movie, struct.pack(">I", TIMESCALE))
    undetermined = struct.pack(">HH", 0x55C4, 0)
    header = _full(b"mdhd", times, undetermined, version=version)
    handler = _full(b"hdlr", struct.pack(">I4s12x", 0, b"vide"), b"photofs\0")
    here = _full(b"url ", flags=1)
    data = _box(b"dinf", _full(b"dref", struct.pack(">I", 1), here))
    video = _full(b"vmhd", bytes(8), flags=1)
    return _box(b"mdia", header, handler, _box(b"minf", video, data, _samples(movie, first_byte)))


def _samples(movie: Movie, first_byte: int) -> bytes:
    count = len(movie.frames)
    sizes = struct.pack(f">II{count}I", 0, count, *map(len, movie.frames))
    return _box(
        b"stbl",
        _full(b"stsd", struct.pack(">I", 1), _sample_entry(movie)),
        _full(b"stts", struct.pack(">III", 1, count, movie.ticks_a_frame)),
        _full(b"stsc", struct.pack(">IIII", 1, 1, count, 1)),
        _full(b"stsz", sizes),
        _full(b"stco", struct.pack(">II", 1, first_byte)),
    )


def _sample_entry(movie: Movie) -> bytes:
    width, height = movie.size
    pixels = struct.pack(
        ">6xH16xHHII4xH32sHh", 1, width, height, 72 << 16, 72 << 16, 1, b"", 24, -1
    )
    return _box(b"mp4v", pixels, _full(b"esds", _stream_descriptor()))


def _stream_descriptor() -> bytes:
    """ES_Descriptor (tag 3) around DecoderConfig (4) and SLConfig (6)."""
    decoder = struct.pack(">BB3xII", JPEG_OBJECT_TYPE, VISUAL_STREAM, 0, 0)
    inner = bytes([4, len(decoder)]) + decoder + bytes([6, 1, 2])
    body = struct.pack(">HB", 1, 0) + inner
    return bytes([3, len(body)]) + body


def _user_data(movie: Movie) -> bytes:
    """The place as phones write it: ISO 6709 in `\N{COPYRIGHT SIGN}xyz`."""
    if movie.position is None:
        return b""
    text = "{:+08.4f}{:+09.4f}/".format(*movie.position).encode()
    return _box(b"udta", _box(b"\xa9xyz", struct.pack(">HH", len(text), 0x15C7), text))


def _header(movie: Movie, first_byte: int) -> bytes:
    track = _box(b"trak", _track_header(movie), _media(movie, first_byte))
    return _box(b"moov", _movie_header(movie), track, _user_data(movie))


def mp4_bytes(movie: Movie, *, header_last: bool = False) -> bytes:
    """The file; its header stands before the frames unless `header_last`."""
    kind = _box(b"ftyp", b"isom", struct.pack(">I", 512), b"isomiso2mp41")
    data = _box(b"mdat", *movie.frames)
    if header_last:
        return kind + data + _header(movie, len(kind) + 8)
    before = len(kind) + len(_header(movie, 0)) + 8
    return kind + _header(movie, before) + data
