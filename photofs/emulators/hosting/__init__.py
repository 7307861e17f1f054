"""What every emulated service stands on: conversations over HTTP/1.1, files, faults at will."""
