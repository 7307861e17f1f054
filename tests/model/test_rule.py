"""Rules as their user writes them."""

import pytest

from photofs.model.errors import Misconfigured
from photofs.model.photo import Media
from photofs.model.rule import DAY_NS, USUAL_FRESH_NS, USUAL_PROOF_NS, RuleVerb, read_rules

WHOLE = """
[[rule]]
name = "old ones"
library = "flickr"
when = { archived = true, favorite = false, album = "Rome", tag = "x", media = "picture",
  older_than = "2 years", larger_than = "20 MB", mirrored = true, verified_within = "10 days" }
do = "trash"
facts_within = "3 days"
most = 20
"""

BARE = '[[rule]]\nname = "a"\nlibrary = "l"\nwhen = { archived = true }\ndo = "trash"\n'


def test_a_rule_is_read_with_all_that_it_may_say() -> None:
    """Every key of a whole rule has its meaning and its unit."""
    (rule,) = read_rules(WHOLE.replace(",\n  ", ", "))
    assert (rule.name, rule.library, rule.do, rule.most) == (
        "old ones",
        "flickr",
        RuleVerb.TRASH,
        20,
    )
    assert rule.fresh_ns == 3 * DAY_NS
    assert rule.proof_ns == 10 * DAY_NS
    assert rule.when._asdict() == {
        "archived": True,
        "favorite": False,
        "album": "Rome",
        "tag": "x",
        "media": Media.PICTURE,
        "older_than_ns": 730 * DAY_NS,
        "larger_than": 20_000_000,
        "mirrored": True,
        "verified_within_ns": 10 * DAY_NS,
    }


def test_what_is_left_out_is_the_careful_choice() -> None:
    """A removal wants facts of a week and a proof of a month; other deeds any facts."""
    (removal,) = read_rules(BARE)
    assert (removal.fresh_ns, removal.proof_ns) == (USUAL_FRESH_NS, USUAL_PROOF_NS)
    (pin,) = read_rules(BARE.replace("trash", "pin"))
    assert pin.fresh_ns is None
    (favorite,) = read_rules(BARE.replace("trash", "favourite"))
    assert favorite.do is RuleVerb.FAVORITE


def test_another_word_makes_another_rule() -> None:
    """The digest stands for the text: what was armed is armed with these words alone."""
    (one,), (other,) = read_rules(BARE), read_rules(BARE.replace("archived", "favorite"))
    (again,) = read_rules(BARE + "# a note\n")
    assert one.digest == again.digest != other.digest


@pytest.mark.parametrize(
    ("was", "is_now", "told"),
    [
        ("archived = true", "archive = true", 'rule "a": when.archive is not known'),
        ("archived = true", 'archived = "yes"', 'rule "a": when.archived must be true or false'),
        ("archived = true", "archived = 1", 'rule "a": when.archived must be true or false'),
        ("archived = true", 'older_than = "soon"', 'rule "a": when.older_than must be a time'),
        ("archived = true", 'older_than = "999999 years"', 'rule "a": when.older_than must be'),
        ("archived = true", 'older_than = "0 days"', 'rule "a": when.older_than must be'),
        ("archived = true", "older_than = 30", 'rule "a": when.older_than must be a time'),
        ("archived = true", 'larger_than = "99999 TB"', 'rule "a": when.larger_than must be'),
        ("archived = true", 'larger_than = "big"', 'rule "a": when.larger_than must be a size'),
        ("archived = true", 'media = "song"', 'rule "a": when.media must be'),
        ("archived = true", "mirrored = false", 'rule "a": when.mirrored cannot be false'),
        ("when = { archived = true }", "when = {}", 'rule "a": when must say which photos'),
        ("when = { archived = true }", "when = 3", 'rule "a": when must say which photos'),
        ('do = "trash"', 'do = "delete"', 'rule "a": do must be one of'),
        ('do = "trash"', 'do = "mirror"', 'rule "a": do must be one of'),
        ('do = "trash"', "do = true", 'rule "a": do must be one of'),
        ('do = "trash"', 'do = "tag"', 'rule "a": tags must be a list'),
        ('do = "trash"', 'do = "trash"\ntags = ["x"]', 'rule "a": tags goes with'),
        ('do = "trash"', 'do = "trash"\nmost = 0', 'rule "a": most must be a number'),
        ('do = "trash"', 'do = "trash"\nmost = true', 'rule "a": most must be a number'),
        ('do = "trash"', 'do = "trash"\narmed = true', 'rule "a": armed is not known'),
        ('library = "l"\n', "", 'rule "a": library is missing'),
        ('name = "a"', 'name = "../a"', "rule 1: name must be"),
        ("[[rule]]", "[rule]", "rule must be a table"),
        ("[[rule]]", "[[rules]]", "rules is not known here"),
        ('"a"', '"a', "it is no TOML"),
    ],
)
def test_what_cannot_be_right_is_refused_by_name(was: str, is_now: str, told: str) -> None:
    """One sentence names the rule and the key; nothing of the file counts then."""
    assert was in BARE
    with pytest.raises(Misconfigured) as refused:
        read_rules(BARE.replace(was, is_now))
    assert told in refused.value.what


def test_two_rules_of_one_name_are_refused() -> None:
    """Which of them was armed could not be told."""
    with pytest.raises(Misconfigured, match="two rules named"):
        read_rules(BARE + BARE)
