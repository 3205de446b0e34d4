"""Contents: each once, whole or not at all."""

import hashlib
import os
import stat
import time

import pytest

from activities.documents.vault import FRESH, ContentIsDamaged, ContentIsMissing, Vault, VaultIsAway


def test_what_is_put_down_is_found_under_the_digest_of_its_bytes(vault: Vault) -> None:
    digest = vault.put(b"plan")
    assert digest == hashlib.sha256(b"plan").hexdigest()
    assert vault.open(digest) == b"plan"
    assert vault.put(b"plan") == digest
    files = [file for file in vault.folder.rglob("*") if file.is_file()]
    assert [file.name for file in files] == [digest], "once, and no draft is left"
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(files[0].parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("place", [0, 500, 999])
def test_one_flipped_bit_is_told_and_never_given_out(vault: Vault, place: int) -> None:
    digest = vault.put(b"x" * 1000)
    flip(vault, digest, place)
    for look in (vault.open, vault.verify, vault.checked):
        with pytest.raises(ContentIsDamaged):
            look(digest)
    assert vault.put(b"x" * 1000) == digest, "put down anew, it is whole again"
    assert vault.open(digest) == b"x" * 1000


def flip(vault: Vault, digest: str, place: int) -> None:
    with vault.place(digest).open("r+b") as file:
        file.seek(place)
        (byte,) = file.read(1)
        file.seek(place)
        file.write(bytes([byte ^ 1]))


def test_nothing_is_found_under_another_digest(vault: Vault) -> None:
    for digest in ("0" * 64, "", "../../etc/passwd", "0" * 63 + "G"):
        with pytest.raises(ContentIsMissing):
            vault.open(digest)


def test_what_was_put_down_a_moment_ago_is_not_removed(vault: Vault) -> None:
    digest = vault.put(b"plan")
    assert not vault.remove(digest)
    assert vault.open(digest) == b"plan"
    long_ago = time.time() - FRESH - 60
    os.utime(vault.place(digest), (long_ago, long_ago))
    assert vault.remove(digest)
    assert vault.remove(digest), "it is gone, and stays so"
    with pytest.raises(ContentIsMissing):
        vault.open(digest)


def test_a_draft_that_is_not_kept_is_gone(vault: Vault) -> None:
    with vault.draft() as draft:
        draft.write_bytes(b"half")
    assert not list(vault.folder.iterdir())


def test_a_folder_that_is_none_is_told_in_words(vault: Vault) -> None:
    vault.folder.parent.mkdir(parents=True)
    vault.folder.write_text("a file")
    with pytest.raises(VaultIsAway):
        vault.put(b"plan")
