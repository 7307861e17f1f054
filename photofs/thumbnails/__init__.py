"""The desktop's own folder of thumbnails, which other programs write and read as well."""
