"""Values, states, names, capture time, errors, settings: the words of the house; no I/O."""
