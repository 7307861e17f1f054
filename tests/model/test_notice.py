"""When a person is told of something, and when again."""

from photofs.model.notice import DAY_NS, Memory, Notice, NoticeKind, login_words, news, stale_words

NOW = 1_800_000_000 * 10**9


def notice(what: str, *, key: str = "login home 1", patience_ns: int = 0) -> Notice:
    """One about a login."""
    return Notice(key, NoticeKind.LOGIN, "home", what, "log in", patience_ns)


def test_a_notice_is_told_once() -> None:
    """As long as it lasts, and whoever asks."""
    first = news([notice("it ends")], {}, NOW)
    assert [each.what for each in first.begun] == ["it ends"]
    again = news([notice("it ends")], first.memory, NOW + DAY_NS)
    assert again == ([], [], first.memory)


def test_a_notice_is_told_again_when_it_changes() -> None:
    """In its new words."""
    first = news([notice("it ends in 2 days")], {}, NOW)
    again = news([notice("it ends in 1 day")], first.memory, NOW + DAY_NS)
    assert [each.what for each in again.begun] == ["it ends in 1 day"]


def test_a_wait_that_counts_down_is_no_change() -> None:
    """Minutes and seconds of a service's own refusal differ each time."""
    first = news([notice("slow down; try again in 5 min")], {}, NOW)
    assert news([notice("slow down; try again in 12 min")], first.memory, NOW + 1).begun == []


def test_what_is_over_is_told_if_it_was_told_before() -> None:
    """By the words in which it was told; what nobody heard of ends unheard."""
    first = news([notice("it ends"), notice("x", key="b", patience_ns=DAY_NS)], {}, NOW)
    ended = news([], first.memory, NOW + 1)
    assert [(each.key, each.what) for each in ended.over] == [("login home 1", "it ends")]
    assert ended.memory == {}


def test_what_may_pass_by_itself_is_told_when_it_has_lasted() -> None:
    """Not at its first sight, but once its time is up; a clock that is set back delays it."""
    patient = notice("no line", patience_ns=3600 * 10**9)
    first = news([patient], {}, NOW)
    assert first.begun == []
    assert first.memory == {"login home 1": Memory("login", "home", NOW, "")}
    assert news([patient], first.memory, NOW + 1800 * 10**9).begun == []
    assert news([patient], first.memory, NOW + 3600 * 10**9).begun == [patient]
    back = news([patient], first.memory, NOW - DAY_NS)
    assert back.memory["login home 1"].since_ns == NOW - DAY_NS


def test_a_login_that_ends_is_told_of_three_days_before() -> None:
    """By days, and then that it has ended."""
    assert login_words(NOW + 3 * DAY_NS, NOW) is None
    assert login_words(NOW + 3 * DAY_NS - 1, NOW) == "the login ends in 2 days"
    assert login_words(NOW + DAY_NS, NOW) == "the login ends in 1 day"
    assert login_words(NOW + 1, NOW) == "the login ends within a day"
    assert login_words(NOW, NOW) == "the login has ended by itself"


def test_what_grows_old_is_told_of_by_weeks() -> None:
    """Within its days nothing, nor where the clock was set back; what never came, too."""
    assert stale_words(NOW - 7 * DAY_NS + 1, 0, NOW, 7.0) is None
    assert stale_words(NOW - 7 * DAY_NS, 0, NOW, 7.0) == "not for 1 week"
    assert stale_words(NOW - 20 * DAY_NS, 0, NOW, 7.0) == "not for 2 weeks"
    assert stale_words(NOW - 3 * DAY_NS, 0, NOW, 2.0) == "not for 3 days"
    assert stale_words(None, NOW - 8 * DAY_NS, NOW, 7.0) == "never yet"
    assert stale_words(NOW + DAY_NS, 0, NOW, 7.0) is None
