"""Programs that copy photos in and save over them: command lines, and a GTK program's way."""

import os
import sys
from pathlib import Path

_GTK = f'"{sys.executable}" -m tests.support.save_programs "$SRC" "$DST"'

COPYING = {
    "cp": 'cp "$SRC" "$DST"',
    "cp -p": 'cp -p "$SRC" "$DST"',
    "cp --reflink": 'cp -p --reflink=auto "$SRC" "$DST"',
    "install": 'install -p -m 644 "$SRC" "$DST"',
    "dd": 'dd if="$SRC" of="$DST" bs=1000 conv=notrunc,fsync status=none',
    "cat": 'cat "$SRC" > "$DST"',
    "appending": 'head -c 1000 "$SRC" > "$DST" && tail -c +1001 "$SRC" >> "$DST"',
    "mv": 'mv "$SRC" "$DST" && test ! -e "$SRC"',
    "mv from Scratch": 'cp -p "$SRC" "$SCRATCH/x.jpg" && mv "$SCRATCH/x.jpg" "$DST"',
    "cp and mv": 'cp -p "$SRC" "$DST.tmp" && mv "$DST.tmp" "$DST"',
    "rsync": 'rsync -a "$SRC" "$DST"',
    "rsync --inplace": 'rsync -a --inplace "$SRC" "$DST"',
    "rsync --partial": 'rsync -a --partial "$SRC" "$DST"',
    "rsync --partial-dir": 'rsync -a --partial-dir=.rsync-partial "$SRC" "$DST"',
    "rsync --temp-dir": 'rsync -a --temp-dir="$TMP" "$SRC" "$DST"',
    "gio copy": 'gio copy "$SRC" "$DST"',
    "gio move": 'gio move "$SRC" "$DST" && test ! -e "$SRC"',
    "tar": 'tar -C "$(dirname "$SRC")" -c "$(basename "$SRC")" | tar -C "$(dirname "$DST")" -x',
    "unzip": 'cd "$TMP" && zip -qj x.zip "$SRC" && unzip -q x.zip -d "$(dirname "$DST")"',
    "gtk": _GTK,
    "exiftool -o": 'exiftool -q -m -Artist=Ada -o "$DST" "$SRC"',
    "ffmpeg": 'ffmpeg -v error -i "$SRC" "$DST"',
}
"""How a new file comes to stand at $DST; $TMP is a folder of the program's own elsewhere."""

WITH_TIME = frozenset(COPYING) - {"cp", "dd", "cat", "appending", "gtk", "exiftool -o", "ffmpeg"}
"""Those that set the time of the source."""

WITH_OTHER_BYTES = frozenset({"exiftool -o", "ffmpeg"})

SAVING = {
    "cp": 'cp "$SRC" "$DST"',
    "cat": 'cat "$SRC" > "$DST"',
    "dd": 'dd if="$SRC" of="$DST" status=none',
    "cp and mv": 'cp "$SRC" "$DST.tmp" && mv "$DST.tmp" "$DST"',
    "backup, cp": 'mv "$DST" "$DST~" && cp "$SRC" "$DST" && rm "$DST~"',
    "rsync": 'rsync -a --ignore-times "$SRC" "$DST"',
    "rsync --inplace": 'rsync -a --ignore-times --inplace "$SRC" "$DST"',
    "rsync --backup": 'rsync -a --ignore-times --backup "$SRC" "$DST" && rm "$DST~"',
    "gio copy": 'gio copy "$SRC" "$DST"',
    "gtk": _GTK,
    "exiftool": 'exiftool -q -m -Artist=Ada "$DST" && rm "$DST"_original',
    "exiftool -overwrite_original": 'exiftool -q -m -overwrite_original -Artist=Ada "$DST"',
    "exiftool in place": 'exiftool -q -m -overwrite_original_in_place -Artist=Ada "$DST"',
}
"""How other bytes come to stand at $DST, where a photo is."""

REMOVING = {
    "install": 'install -m 644 "$SRC" "$DST"',
    "cp --remove-destination": 'cp --remove-destination "$SRC" "$DST"',
    "mv": 'mv "$SRC" "$DST"',
    "tar": 'tar -C "$(dirname "$SRC")" -c "$(basename "$SRC")" | tar -C "$(dirname "$DST")" -x',
}
"""Those that remove the photo at $DST before they write a new file."""


def save(source: Path, target: Path) -> None:
    """As GLib's g_file_replace does it (seen in its traces): a temporary file, synced, renamed."""
    temporary = target.with_name(".goutputstream-A1B2C3")
    fd = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    os.write(fd, source.read_bytes())
    os.fsync(fd)
    os.fchmod(fd, 0o644)
    temporary.rename(target)
    os.close(fd)


if __name__ == "__main__":
    save(Path(sys.argv[1]), Path(sys.argv[2]))
