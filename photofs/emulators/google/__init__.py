"""Google Photos in small, on loopback: strict where the service is strict, faulty where told to be.

Written from the facts known of the service alone, never from a client of it. Begin with
`serve_google` and an `Account`. One port has it all: OAuth, the Library API, uploads, the Picker,
the hosts of bytes, and a page with the keys of photos.google.com.
"""

from photofs.emulators.google.account import CLIENT_ID, CLIENT_SECRET, PROJECT, Account
from photofs.emulators.google.emulator import Emulator, Refusal
from photofs.emulators.google.habits import Habits
from photofs.emulators.google.serving import google_in_thread, serve_google
from photofs.emulators.google.site import COOKIE
from photofs.emulators.google.site_habits import SiteHabits

__all__ = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "COOKIE",
    "PROJECT",
    "Account",
    "Emulator",
    "Habits",
    "Refusal",
    "SiteHabits",
    "google_in_thread",
    "serve_google",
]
