"""Archives read in place: zip and tgz parts and unpacked trees, never unpacked, never changed.

Every name and number in an archive is somebody else's word: names that would escape, links,
devices, encrypted members, bombs and absurd sizes are refused; what is damaged is told as Corrupt.
"""
