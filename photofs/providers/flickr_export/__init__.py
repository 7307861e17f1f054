"""A "Request my Flickr data" export, read in place.

It has one JSON file for each own photo (`photo_<id>.json`), `albums.json`, lists of all sorts, and
the originals in zips of their own, whose names hold the photo's id. What it cannot tell: the kind
of a medium whose bytes are not there, file names, how exact a date is, when anything was changed.
"""
