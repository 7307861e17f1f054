"""Files for file managers, which `photofs desktop install` writes; nothing here imports them."""
