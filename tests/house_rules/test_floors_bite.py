"""The import contracts hold, and each kind of them bites when it is broken."""

import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = Path(sysconfig.get_path("scripts")) / "lint-imports"

BREACHES = [
    ("floors", "photofs/model/span.py", "import photofs.view.layout"),
    ("floors", "photofs/metadata/kind.py", "import photofs.originals.port"),
    ("floors", "photofs/catalog/port.py", "import agent"),
    ("floors", "photofs/scratch/names.py", "import photofs.catalog.port"),
    ("only the fuse room knows pyfuse3", "photofs/volume/__init__.py", "import pyfuse3"),
    ("the view never fetches", "photofs/view/tree.py", "import photofs.originals.port"),
    ("pure rooms do no I/O", "photofs/view/layout.py", "import os"),
    ("pure rooms do no I/O", "photofs/model/naming.py", "import trio"),
    ("SQL lives only in the catalog", "photofs/volume/__init__.py", "import apsw"),
    ("SQL lives only in the catalog", "photofs/cli/__init__.py", "import sqlite3"),
    (
        "providers never know each other",
        "photofs/providers/flickr/__init__.py",
        "import photofs.providers.takeout",
    ),
    ("the agent never knows the doors", "agent/__init__.py", "import photofs.fuse"),
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the product with its contracts."""
    copy = tmp_path_factory.mktemp("house")
    for room in ("photofs", "agent"):
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def linted(house: Path) -> tuple[int, dict[str, str]]:
    """The exit code of lint-imports, and the verdict on each contract."""
    done = subprocess.run(
        [LINT],
        cwd=house,
        env={"PYTHONPATH": str(house), "PATH": "/usr/bin:/bin", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts = dict(
        line.rsplit(" ", 1)
        for line in done.stdout.splitlines()
        if line.endswith((" KEPT", " BROKEN"))
    )
    return done.returncode, verdicts


def test_the_house_keeps_its_contracts(house: Path) -> None:
    """Unchanged, every contract holds, and there is no other than those tried below."""
    code, verdicts = linted(house)
    assert code == 0, verdicts
    assert set(verdicts.values()) == {"KEPT"}
    assert set(verdicts) == {contract for contract, _, _ in BREACHES}


@pytest.mark.parametrize(("contract", "module", "statement"), BREACHES)
def test_each_contract_bites(house: Path, contract: str, module: str, statement: str) -> None:
    """One forbidden import breaks the contract that forbids it."""
    path = house / module
    before = path.read_text(encoding="utf-8")
    path.write_text(f"{before}\n{statement}\n", encoding="utf-8")
    try:
        code, verdicts = linted(house)
    finally:
        path.write_text(before, encoding="utf-8")
    assert code != 0
    assert verdicts[contract] == "BROKEN"
