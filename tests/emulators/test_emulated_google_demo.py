"""The demo's Google account: what photofs uploaded, what a phone did, and what was picked."""

from photofs.emulators.google import CLIENT_ID, Account
from photofs.emulators.google.demo import AGAIN, demo_account, picked_session
from photofs.emulators.hosting.originals import blob_of
from photofs.emulators.takeout.demo import demo_account as exported_account


def test_what_the_takeout_has_too_was_uploaded_byte_by_byte() -> None:
    """The very bytes under the same name, and nothing of them is kept as somebody's own."""
    account = Account()
    demo_account(account)
    exported = {(item.title, item.data) for item in exported_account().items}
    again = [item for item in account.state.items.values() if item.filename in AGAIN]
    assert len(again) == 3
    for item in again:
        blob = blob_of(item.original, account.vault)
        assert (item.filename, blob.read(0, blob.size)) in exported


def test_the_session_that_was_picked_in_holds_what_no_program_may_list() -> None:
    """Of the phone's photos some are picked, and some are left to be."""
    account = Account()
    assert picked_session(account) == ""
    demo_account(account)
    picked = account.state.pickings[picked_session(account)].picked
    phone = [item.id for item in account.state.items.values() if item.owner != CLIENT_ID]
    assert picked
    assert set(picked) < set(phone)
