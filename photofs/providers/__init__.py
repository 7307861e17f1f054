"""The services and archives that hold photos, each in a folder of its own behind port.py."""
