"""Letting what is held be sent after all."""

from photofs.catalog.journal import OperationRow
from photofs.model.operation import State
from photofs.model.wish import WishVerb
from photofs.wishing.wishing import RELEASED
from tests.support.wished import SHELL, Wished

MANY = 2 * RELEASED + 30


def held(wished: Wished) -> list[OperationRow]:
    """What waits for the user."""
    return wished.catalog.in_state(State.HELD)


def test_very_much_is_released_in_small_transactions(wished: Wished) -> None:
    """All of it, and nobody else who writes waits for longer than a moment."""
    library = wished.catalog.library("L").library_id
    with wished.wishing.change():
        for number in range(MANY):
            wished.wishing.desk(library).wish(WishVerb.TAG, SHELL, {"tags": [str(number)]})
    assert len(held(wished)) == MANY
    changed, transactions = [0], []

    def count_change(*_: object) -> None:
        changed[0] += 1

    def end_transaction() -> bool:
        transactions.append(changed[0])
        changed[0] = 0
        return False

    connection = wished.catalog.database.connection
    connection.set_update_hook(count_change)
    connection.set_commit_hook(end_transaction)
    assert wished.wishing.release(library) == MANY
    assert held(wished) == []
    assert max(transactions) <= RELEASED
