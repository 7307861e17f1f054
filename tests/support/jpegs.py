"""Real JPEGs, small and each another one, as decoding wants them."""

import io
import random

from PIL import Image


def jpeg(seed: int, size: int = 0) -> bytes:
    """A picture of 16 by 16 pixels; a comment makes it `size` bytes long, if that is more."""
    noise = random.Random(seed).randbytes(16 * 16 * 3)
    target = io.BytesIO()
    Image.frombytes("RGB", (16, 16), noise).save(target, "JPEG")
    data = target.getvalue()
    blocks = []
    left = size - len(data)
    while left > 4:
        length = min(left, 60_000)
        text = random.Random(f"{seed} {left}").randbytes(length - 4)
        blocks.append(b"\xff\xfe" + (length - 2).to_bytes(2, "big") + text)
        left -= length
    return data[:2] + b"".join(blocks) + data[2:]
