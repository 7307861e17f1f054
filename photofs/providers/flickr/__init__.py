"""A live Flickr account."""
