"""The short way to find that nothing is to be migrated agrees with the long one."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from activities.store import Store
from jiaoqi.errors import JiaoqiError, SettingIsWrong, StoreDoesNotAnswer
from jiaoqi.migration import is_up_to_date, migrate, newest_revision

MIGRATIONS = Path(__file__).parents[2] / "activities" / "store" / "migrations"


def test_the_newest_revision_is_alembics_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [newest_revision()]


def test_a_store_is_up_to_date_once_migrated_and_not_when_older(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a plant#1.db"
    assert not is_up_to_date(url)
    migrate(url)
    assert is_up_to_date(url)
    with closing(sqlite3.connect(f"{tmp_path}/a plant#1.db")) as store, store:
        store.execute("UPDATE alembic_version SET version_num = '0000'")
    assert not is_up_to_date(url)


def test_a_store_of_a_newer_release_is_left_as_it_is(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever takes an upgrade back starts with the store that the newer release has brought up."""
    url = f"sqlite:///{tmp_path}/jiaoqi.db"
    migrate(url)
    with closing(sqlite3.connect(f"{tmp_path}/jiaoqi.db")) as store, store:
        store.execute("UPDATE alembic_version SET version_num = '9999'")
    migrate(url)
    (told,) = caplog.messages
    assert told == "the store is of a newer release, and is used as it is: Can't locate revision identified by '9999'"
    with closing(Store.open(url)) as opened:
        assert list(opened.orders.open_order_nos()) == []


@pytest.mark.parametrize("content", [b"", b"not a database at all, whatever its name says" * 100])
def test_what_is_no_store_of_ours_is_not_up_to_date(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "jiaoqi.db").write_bytes(content)
    assert not is_up_to_date(f"sqlite:///{tmp_path}/jiaoqi.db")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://127.0.0.1:1/jiaoqi", StoreDoesNotAnswer),
        ("nonsense", SettingIsWrong),
        ("mystery://somewhere/else", SettingIsWrong),
        ("postgresql://jiaoqi@127.0.0.1:notaport/jiaoqi", SettingIsWrong),
        ("mysql://somewhere/else", SettingIsWrong),
        ("postgresql://127.0.0.1:1/jiaoqi?colour=red", SettingIsWrong),
    ],
)
def test_a_store_that_is_away_or_unknown_is_told_in_one_line(url: str, told: type[JiaoqiError]) -> None:
    with pytest.raises(told) as error:
        migrate(url)
    assert "\n" not in str(error.value)
