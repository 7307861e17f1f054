"""A "Request my Flickr data" export, read in place."""
