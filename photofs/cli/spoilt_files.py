"""Files beside config.toml that cannot be read: `photofs status` tells of them, and all else."""

from contextlib import suppress
from functools import partial

from photofs.assembly import House
from photofs.model.errors import Misconfigured
from photofs.volume.guard_notes import Words, read_words
from photofs.volume.guard_rules import Standing, standing_of
from photofs.wishing.rule_file import rules_in


def spoilt_files(house: House) -> list[str]:
    """What cannot be read: the rules, none of which does anything then, and words of the guard."""
    troubles = []
    for read in (
        partial(rules_in, house.paths.config),
        partial(read_words, house.paths.guard_words),
    ):
        try:
            read()
        except Misconfigured as error:
            troubles.append(str(error))
    return troubles


def guard_standing(house: House) -> Standing:
    """By what the guard goes; without what was said to it where that cannot be read."""
    words = Words()
    with suppress(Misconfigured):
        words = read_words(house.paths.guard_words)
    return standing_of(house.settings.guard, words)
