"""Numbers with their nouns, as people read them."""


def counted(number: int, noun: str) -> str:
    """A number and its noun: "1 photo", "1,204 photos"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def agreeing(number: int, noun: str, one: str, many: str) -> str:
    """The same with a verb that agrees: "1 file is damaged", "2 files are damaged"."""
    return f"{counted(number, noun)} {one if number == 1 else many}"
