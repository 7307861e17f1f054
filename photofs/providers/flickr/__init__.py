"""A live Flickr account: its photostream, albums, collections, and favourites of others.

provider.py is what assembly opens. api.py is the one door to the REST calls (line.py carries them,
answers.py reads them), listing.py pages through long lists without being fooled, scan.py tells what
there is or has changed, records.py makes our values of Flickr's, originals.py gets the bytes,
login.py and callback.py get the permission.
"""
