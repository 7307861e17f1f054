"""The one file that holds what is known of every library, and the journal. SQL lives only here."""
