"""What programs and commands wish of a library, as operations in the journal and in the tree."""
