"""The hand `browser`: does errands on the photos' own pages in the user's own Chromium.

Nothing of it was tried against the live service. It stands on addresses and keys alone
(google.md 5) and on what the pages show: it makes sure of the photo before it presses a key, looks
at the account's own pages for proof afterwards, and stops at the first thing that it does not know.
"""
