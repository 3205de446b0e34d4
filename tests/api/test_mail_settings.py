"""One's own page: what of the mail comes at once, and what waits for the digest."""

from tests.api.looking import Looker
from tests.api.plant import Plant
from workflows.types.words import MailWish


def wish(plant: Plant, name: str) -> MailWish:
    person = plant.store.people.get(name)
    assert person is not None
    return person.mail


async def test_everybody_chooses_for_themselves(plant: Plant) -> None:
    quality = Looker(plant, "quality1")
    form = (await quality.look("/me")).form("/me/mail")
    assert form.value("mail") == "instant"
    await quality.send(form, mail="digest")
    assert (quality.answer.status_code, quality.answer.headers["location"]) == (303, "/me?done=mail")
    page = await quality.look("/me?done=mail")
    assert page.form("/me/mail").value("mail") == "digest" and "as you chose" in page.text
    assert (wish(plant, "quality1"), wish(plant, "sales1")) == (MailWish.DIGEST, MailWish.INSTANT)


async def test_what_nobody_offered_changes_nothing(plant: Plant) -> None:
    quality = Looker(plant, "quality1")
    form = (await quality.look("/me")).form("/me/mail")
    page = await quality.send(form, mail="never")
    assert quality.answer.status_code == 422 and "choose how your mail comes" in page.text
    form.values = [(name, value) for name, value in form.values if name != "csrf"]
    await quality.send(form, mail="digest")
    assert quality.answer.status_code == 403 and wish(plant, "quality1") is MailWish.INSTANT


async def test_it_is_nobody_elses_business(plant: Plant) -> None:
    for path in ("/me", "/people"):
        answer = await plant.get("quality1", path)
        assert answer.status_code == 200 and '"mail"' not in answer.text
