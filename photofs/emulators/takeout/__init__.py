"""Google Takeout in small: exports made on disk as Google makes them, with all their quirks."""

from photofs.emulators.takeout.account import Account, Album, Item
from photofs.emulators.takeout.demo import demo_takeout
from photofs.emulators.takeout.export import Shape, write_export

__all__ = ["Account", "Album", "Item", "Shape", "demo_takeout", "write_export"]
