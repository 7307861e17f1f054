"""A plain folder of pictures, or a mirror of ours, as a source: read where it lies, never written.

`tree` lists it, `attached` tells an absent disk from deleted pictures, `telling` makes observations
of files, their sidecars and the mirror's list, `albums` those of albums.
"""
