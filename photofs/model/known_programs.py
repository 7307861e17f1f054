"""Programs whose ways are known: who draws or indexes what it comes by, and who copies whole files.

Names as a process bears them, or of the script or module that it runs; Linux cuts the former to 15
bytes (`guard.short_names` compares so).
"""

from typing import Final

COMM_BYTES: Final = 15
"""What proc_pid_comm(5) tells of a name."""

DRAWERS: Final = (
    # thumbnailers: Xfce, GNOME, video, KDE, EFL, Deepin
    "tumblerd",
    "gdk-pixbuf-thumbnailer",
    "gnome-thumbnail-font",
    "gnome-desktop-thumbnailer",
    "glycin-thumbnailer",
    "totem-video-thumbnailer",
    "ffmpegthumbnailer",
    "gst-video-thumbnailer",
    "evince-thumbnailer",
    "gsf-office-thumbnailer",
    "raw-thumbnailer",
    "thumbnail.so",
    "ethumbd",
    "ethumbd_slave",
    "dde-file-thumbnail-tool",
    # indexers: GNOME, KDE, Zeitgeist, desktop searches, locate
    "tracker-extract",
    "tracker-extract-3",
    "tracker-miner-fs",
    "tracker-miner-fs-3",
    "localsearch",
    "localsearch-3",
    "localsearch-extractor-3",
    "baloo_file",
    "baloo_file_extractor",
    "zeitgeist-daemon",
    "zeitgeist-fts",
    "recollindex",
    "updatedb",
    "updatedb.plocate",
    "updatedb.mlocate",
)

COPYING: Final = (
    "cp",
    "mv",
    "install",
    "dd",
    "cat",
    "rsync",
    "rclone",
    "scp",
    "sftp",
    "sftp-server",
    "sshd",
    "tar",
    "bsdtar",
    "zip",
    "7z",
    "7zz",
    "sha256sum",
    "sha1sum",
    "md5sum",
    "b2sum",
    "cmp",
    "diff",
    # backup programs
    "borg",
    "restic",
    "kopia",
    "duplicity",
    "duplicati",
    "bup",
    "dar",
    "rdiff-backup",
    "deja-dup",
    "vorta",
    "syncthing",
    # what uploads whole folders by itself
    "nextcloud",
    "nextcloudcmd",
    "owncloud",
    "dropbox",
    "immich",
    "immich-go",
    # photofs itself
    "photofs",
)
"""Who copies or compares whole files, one after the other, with nobody looking on."""

CHOOSING: Final = (
    # what uploads what its user has chosen, looking into each file first
    "firefox",
    "firefox-esr",
    "chrome",
    "chromium",
    "google-chrome",
    "brave",
    "brave-browser",
    "msedge",
    "opera",
    "vivaldi-bin",
    # file managers that leave drawing to a program of its own, and what copies for them
    "nautilus",
    "thunar",
    "dolphin",
    "konqueror",
    "krusader",
    "file.so",
    "mc",
    "gio",
    "gvfsd",
    "xdg-document-portal",
)
"""In whose windows a person looks at folders, and which copy whole files as well."""

COPIERS: Final = (*COPYING, *CHOOSING)

WALKERS: Final = ("find", "du", "ncdu", "tree", "grep", "rg", "fd", "fdfind", "rmlint", "fdupes")
"""Who goes through all folders below one, with nobody looking on."""
