"""A live Flickr account: its photostream, albums, collections, and favourites of others.

provider.py is what assembly opens. api.py is the one door to the REST calls (line.py carries them,
answers.py reads them), listing.py pages through long lists without being fooled, scan.py tells what
there is or has changed, records.py makes our values of Flickr's, originals.py gets the bytes,
login.py and callback.py get the permission.

writing.py puts together what can be changed. All changes go through door.py, which knows the
account; refusals.py says what the service's noes mean. uploading.py sends files (sending.py reads
them, upload_answer.py and tickets.py read what came of it), unanswered.py notes how far each can
have come, finding.py finds what an answer that was lost left there, by our machine_tags.py.
album_changes.py, photo_changes.py and looking.py are the rest.
"""
