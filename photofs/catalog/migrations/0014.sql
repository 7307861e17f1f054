-- The CRC-32 of what programs wrote here, 8 hex digits: archives tell no other hash (model/trace.py).
ALTER TABLE original ADD COLUMN crc32 TEXT;
