"""Flickr in small, on loopback: strict where the service is strict, faulty where it is told to be.

Written from the facts known of the service alone, never from a client of it. Begin with
`serve_flickr` and an account: `synthetic_account(n_photos, n_albums)` or `demo_account()`.
"""

from photofs.emulators.flickr.account import API_KEY, API_SECRET, Account
from photofs.emulators.flickr.demo import demo_account
from photofs.emulators.flickr.emulator import Emulator
from photofs.emulators.flickr.habits import Habits
from photofs.emulators.flickr.serving import flickr_in_thread, serve_flickr
from photofs.emulators.flickr.synthetic import synthetic_account
from photofs.emulators.hosting.faults import Fault, Faults

__all__ = [
    "API_KEY",
    "API_SECRET",
    "Account",
    "Emulator",
    "Fault",
    "Faults",
    "Habits",
    "demo_account",
    "flickr_in_thread",
    "serve_flickr",
    "synthetic_account",
]
