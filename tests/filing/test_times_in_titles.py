"""A photo without a capture time whose name is one."""

import pytest

from tests.support.filed import Filed, photo


@pytest.mark.parametrize(
    "facts",
    [
        {"title": "IMG_20180504_131415", "file_name": "x.jpg"},
        {"title": None, "file_name": "IMG_20180504_131415.jpg"},
    ],
)
def test_a_name_that_is_a_time_dates_an_undated_photo(
    filed: Filed, facts: dict[str, str | None]
) -> None:
    """The title, else the file name, stands in where no source tells a capture time."""
    filed.scan(photo("a", taken=None, **facts))
    assert any(path.startswith("Dates/2018/2018-05/") for path in filed.files())


def test_a_told_time_is_never_overruled_by_a_name(filed: Filed) -> None:
    """A title that looks like a time counts only where nothing else is known."""
    filed.scan(photo("a", title="IMG_20180504_131415"))
    assert any(path.startswith("Dates/2019/2019-07/") for path in filed.files())
