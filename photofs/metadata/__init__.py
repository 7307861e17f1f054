"""What the bytes themselves tell: EXIF, video headers, zones."""
