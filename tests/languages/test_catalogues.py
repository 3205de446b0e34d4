"""Every sentence of the product is in every catalogue, translated, with the same gaps; `make words` brings in new ones."""

import hashlib
import json
from pathlib import Path
from string import Formatter
from zipfile import ZipFile

import pytest
from babel.messages import Catalog
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from activities.documents import bundles
from activities.languages import Tongue
from activities.languages.catalogue import FOLDER, SPOKEN
from activities.languages.moulds import Mould
from activities.languages.tongue import OUR_SENTENCES, UNMISTAKABLE
from tests.languages.gathering import PAGES, catalogue
from tests.languages.speakers import Reader
from workflows.types.words import Language

CHINESE = [Language.ZH_HANT, Language.ZH_HANS]
NOT_SAID_IN_CHINESE = {"expected_plural"}
"""The s of English plurals."""

PASSED_ON = {
    "self.may(actor, subject, call)",
    "self.hindrance(actor, subject, verdict)",
    "refusal.detail",
    "no.detail",
    "problem.detail",
    "Refusal(code=cause.type, detail=cause.message)",
    "Refusal.model_validate(cause.details[0])",
    "cause.message",
    "error.message",
    "str(error)",
    "str(reason)",
    "message(each['msg'])",
    "summed_up(faults, ENGLISH)",
    "'; '.join((f'{fault.pointer}: {fault.message}' for fault in faults))",
    "hearing.stranger(ref, self.start)",
    "authority.may_enter_orders(people.actor(visitor.person, reading.today))",
    "authority.may_enter_orders(visitor.here.store.people.actor(visitor.person, today))",
    "hearing.refusal(said, self.state, self.journal.calendar, workflow.now())",
    "'\\n'.join(map(self._line, self.problems))",
    "' and '.join(missing)",
    "str(refused)",
}
"""What is said there is made elsewhere, where it was found."""


@pytest.fixture(scope="module")
def wanted() -> Catalog:
    return catalogue()


def catalogue_of(language: Language) -> Catalog:
    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file)


def gaps(text: object) -> set[str]:
    return {gap for _, gap, _, _ in Formatter().parse(str(text)) if gap is not None}


@pytest.mark.parametrize("language", CHINESE)
def test_a_catalogue_has_every_sentence_and_no_other(language: Language, wanted: Catalog) -> None:
    found = {message.id for message in catalogue_of(language) if message.id}
    asked = {message.id for message in wanted if message.id}
    assert found == asked, "run `make words`, then translate what it has added to activities/languages/catalogues"


@pytest.mark.parametrize("language", CHINESE)
def test_every_sentence_is_translated_by_a_person(language: Language) -> None:
    waiting = [message.id for message in catalogue_of(language) if message.id and (message.fuzzy or not message.string)]
    assert waiting == [], f"translate these in {language}.po"


@pytest.mark.parametrize("language", CHINESE)
def test_a_translation_has_the_gaps_of_its_sentence(language: Language) -> None:
    for message in catalogue_of(language):
        if message.id:
            assert gaps(message.string) == gaps(message.id) - NOT_SAID_IN_CHINESE, message.id


@pytest.mark.parametrize("language", CHINESE)
def test_sentences_that_arrive_in_english_are_recognised_by_the_catalogue(language: Language, wanted: Catalog) -> None:
    found = {message.id for message in catalogue_of(language) if SPOKEN in message.auto_comments}
    assert found == {message.id for message in wanted if message.id and SPOKEN in message.auto_comments}


@pytest.mark.parametrize("language", CHINESE)
def test_what_was_said_with_its_gaps_filled_is_said_in_the_other_language(language: Language) -> None:
    """No sentence is taken for another one that would fit, too."""
    tongue = Tongue.of(language)
    for message in catalogue_of(language):
        if SPOKEN in message.auto_comments:
            # Gaps side by side are told apart by how an addition begins.
            values = {gap: f"{', ' * (f'}}{{{gap}}}' in str(message.id))}⟨{gap}⟩" for gap in gaps(message.id)}
            if not gaps(message.id) & OUR_SENTENCES or Mould(str(message.id)).length >= UNMISTAKABLE:
                assert tongue.said(str(message.id).format(**values)) == str(message.string).format(**values)


def test_nothing_is_said_that_nobody_can_look_up() -> None:
    """A sentence must stand where it is said, or where a reader finds it: else it stays English for everybody."""
    unknown = {said.partition(": ")[2] for said in Reader(("workflows", "api")).unknown()}
    # A name alone was given elsewhere.
    assert {said for said in unknown if not said.isidentifier()} <= PASSED_ON


def test_what_is_wrong_with_a_bundle_can_be_looked_up(tmp_path: Path, wanted: Catalog) -> None:
    files = [{"path": name, "sha256": hashlib.sha256(b"as it was").hexdigest()} for name in ("changed.pdf", "gone.pdf")]
    with ZipFile(tmp_path / "bundle.zip", "w") as bundle:
        for name in ("changed.pdf", "added.pdf", bundles.MANIFEST):
            bundle.writestr(name, "otherwise")
    (tmp_path / "none.zip").write_text("no bundle")
    found = bundles.faults(tmp_path / "bundle.zip", json.dumps({"files": files}))
    found += bundles.faults(tmp_path / "none.zip", "{}")
    assert len(found) == 5
    moulds = [Mould(str(message.id)) for message in wanted if message.id and "bundle" in str(message.id)]
    assert all(any(mould.fit(fault) is not None for mould in moulds) for fault in found), found


def test_pages_ask_for_whole_sentences() -> None:
    """`_()` of something that is no literal is in no catalogue; what the API says is for `tongue.said()`."""
    for path in PAGES.rglob("*.html"):
        tree = Environment(autoescape=True).parse(path.read_text("utf-8"))
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "_":
                assert isinstance(call.args[0], nodes.Const), f"{path.name}:{call.lineno}"
