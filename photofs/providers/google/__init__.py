"""A live Google Photos account: what the user's own OAuth client uploaded, and no more.

provider.py is what assembly opens. api.py is the one door to the API calls (line.py carries them,
discovery.py describes them to google-api-python-client, answers.py reads the noes), tokens.py has
the access token of the moment (oauth.py asks for it). pages.py reads lists, scan.py tells what
there is or has changed (everything.py tells all, telling.py puts it into words, albums.py,
favorites.py and presence.py are its parts), records.py makes our values of Google's, originals.py
gets the bytes from where addresses.py says. login.py gets the permission, client_file.py reads the
user's OAuth client, account.py keeps the login.

picked.py is another source: what the owner picked on Google's page (picker.py has the sessions,
picking.py fetches, picks.py is the folder).
"""
