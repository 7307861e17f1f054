"""The services in small, on loopback: for the demo and for the tests."""
