"""Scratch: an ordinary folder of each library on this disk; nothing in it is ever sent."""
