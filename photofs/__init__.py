"""Flickr and Google Photos libraries as plain folders."""

__version__ = "0.1.0"
