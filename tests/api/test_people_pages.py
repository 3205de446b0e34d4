"""The register's pages: everybody sees it, admins change it, and nothing that leaves nobody is done unnoticed."""

from urllib.parse import unquote

import pytest

from activities.store.house_log import Entry
from tests.api.looking import Form, Looker, Reading
from tests.api.plant import DAY, Plant
from workflows.types.words import Department, MailWish

DEEDS = ("", "/remove", "/password", "/tokens", "/tokens/revoke", "/away", "/back")


def box(page: Reading, action: str, name: str) -> list[str]:
    return [value for key, value in page.form(action).values if key == name]


async def admin_at(plant: Plant, path: str) -> tuple[Looker, Reading]:
    admin = Looker(plant, "admin")
    page = await admin.look(path)
    assert admin.answer.status_code == 200, admin.answer.text
    return admin, page


async def test_everybody_sees_the_register_and_what_it_lacks(plant: Plant) -> None:
    plant.store.people.away("sales1", plant.now.date(), (plant.now + 3 * DAY).date(), "sales2")
    plant.store.people.away("quality1", plant.now.date(), plant.now.date(), "quality2")
    plant.store.people.away("quality2", plant.now.date(), plant.now.date(), "quality1")
    page = await Looker(plant, "sales2").look("/people")
    # The test's plant has nobody in supply chain, and no head of the warehouse.
    assert "Supply chain ✖ nobody" in page.text and "Warehouse ✖ no head" in page.text
    assert "sales2 stands in" in page.text and "✖ nobody stands in" in page.text
    assert not page.has("/people")
    assert not (await Looker(plant, "sales2").look("/people/sales1")).has("/people/sales1")


@pytest.mark.parametrize("deed", DEEDS)
async def test_only_admins_change_people(plant: Plant, deed: str) -> None:
    boss = Looker(plant, "boss")
    csrf = (await boss.look("/people")).form("/sign-out").value("csrf") or ""
    await boss.send(Form(f"/people/sales1{deed}", "post", [("csrf", csrf)]), name="x", email="e@plant.example")
    assert boss.answer.status_code == 403
    admin = Looker(plant, "admin")
    await admin.send(Form(f"/people/sales1{deed}", "post", [("csrf", csrf)]))
    assert admin.answer.status_code == 403
    assert plant.store.people.get("sales1")


async def test_somebody_new_is_added_and_signs_in_with_the_password_made_for_them(plant: Plant) -> None:
    admin, page = await admin_at(plant, "/people")
    form = page.form("/people")
    await admin.send(form, id="chen", name="陳小明", email="chen@plant.example", head="supply_chain", language="zh-Hant")
    assert admin.answer.headers["location"] == "/people/chen?done=added"
    chen = plant.store.people.get("chen")
    assert chen and (chen.name, chen.head_of, chen.departments) == (
        "陳小明",
        (Department.SUPPLY_CHAIN,),
        (Department.SUPPLY_CHAIN,),
    )
    page = await admin.look("/people/chen")
    assert "no password" in page.text
    page = await admin.send(page.form("/people/chen/password"))
    secret = next(word for word in page.words if word.count("-") == 3 and len(word) == 23)
    assert plant.store.sessions.is_password("chen", secret)
    page = await admin.look("/people/chen")
    assert secret not in page.text and "given a new password" in page.text
    assert "added · chen@plant.example · head of Supply chain" in page.text
    page = await admin.look("/people/chen?lang=zh-Hant")
    assert "chen@plant.example · 資材部主管" in page.text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"id": "me"}, "can't be a person's name here"),
        ({"id": "a/b"}, "can't be a person's name here"),
        ({"id": ".."}, "can't be a person's name here"),
        ({"id": "a\u200bb"}, "characters that can't be seen"),
        ({"id": "sales1"}, "there is a sales1 already"),
        ({"email": "nowhere"}, "is no mail address"),
        ({"email": "a@b\r\nBcc: c@d"}, "is no mail address"),
        ({"head": "finance"}, "choose among the departments"),
        ({"head": ""}, "choose among the departments"),
        ({"language": "de"}, "choose one of the languages"),
        ({"name": "x" * 201}, "a name has at most 200 characters"),
    ],
)
async def test_what_cannot_be_a_person_is_refused_and_kept_as_typed(plant: Plant, typed: dict[str, str], told: str) -> None:
    admin, page = await admin_at(plant, "/people")
    good = {"id": "chen", "name": "Chen", "email": "chen@plant.example", "head": "sales", "language": "en"}
    page = await admin.send_with(page.form("/people"), {**good, **typed})
    assert admin.answer.status_code == 422 and told in page.text
    assert page.form("/people").value("id") == {**good, **typed}["id"]
    assert len(plant.store.people.every()) == 11


async def test_what_would_leave_nobody_is_done_only_by_who_says_so(plant: Plant) -> None:
    admin, page = await admin_at(plant, "/people/sales-head")
    form = page.form("/people/sales-head")
    assert box(page, "/people/sales-head", "head") == ["sales"]
    form.values = [(name, value) for name, value in form.values if name != "head"]
    page = await admin.send(form)
    assert admin.answer.status_code == 409 and "Sales has no head" in page.text
    known = plant.store.people.get("sales-head")
    assert known and known.head_of == (Department.SALES,)
    await admin.send(page.form("/people/sales-head"), sure="yes")
    assert admin.answer.status_code == 303
    known = plant.store.people.get("sales-head")
    assert known and known.head_of == () and known.departments == (Department.SALES,)


async def test_the_last_admin_is_warned_and_what_was_missing_before_is_no_news(plant: Plant) -> None:
    admin, page = await admin_at(plant, "/people/admin")
    page = await admin.send(page.form("/people/admin/remove"))
    assert admin.answer.status_code == 409 and "there is no admin" in page.text
    assert "Supply chain" not in page.text.partition("Nothing is saved yet")[2].partition("Do it all the same")[0]
    await admin.send((await admin.look("/people/sales1")).form("/people/sales1/remove"))
    assert admin.answer.headers["location"] == "/people?done=removed"
    assert plant.store.people.get("sales1") is None
    await admin.look("/people/sales1")
    assert admin.answer.status_code == 404


async def test_admins_enter_absences_and_make_tokens_for_others_on_record(plant: Plant) -> None:
    admin, page = await admin_at(plant, "/people/sales1")
    await admin.send_with(page.form("/people/sales1/away"), {"from": "2027-03-01", "to": "2027-03-02", "substitute": "sales2"})
    assert admin.answer.status_code == 303
    page = await admin.send(page.form("/people/sales1/tokens"), name="gate")
    token = next(word for word in page.words if word.startswith("jq_"))
    known = plant.store.people.by_token(token)
    assert known and known.id == "sales1"
    entries = plant.store.house_log.about("sales1")
    assert [(entry.by, entry.action) for entry in entries] == [("admin", "token"), ("admin", "away")]
    page = await admin.look("/people/sales1")
    assert "2027-03-01 – 2027-03-02, sales2" in page.text and token not in page.text


async def test_a_name_that_looks_like_markup_is_only_a_name(plant: Plant) -> None:
    admin, page = await admin_at(plant, "/people")
    name = "<script>alert(1)</script>{{7*7}}"
    await admin.send(page.form("/people"), id="wang", name=name, email="wang@plant.example", head="quality")
    assert admin.answer.status_code == 303
    for path in ("/people", "/people/wang"):
        page = await admin.look(path)
        assert name in page.text and "<script>alert" not in admin.answer.text


@pytest.mark.parametrize("name", ["王-明", "a·b", "50%", "a?b", "a#b", "x;y", "a\\b", "ä+ö&=ü"])
async def test_whatever_a_person_is_called_their_page_is_found(plant: Plant, name: str) -> None:
    admin, page = await admin_at(plant, "/people")
    await admin.send(page.form("/people"), id=name, email="x@plant.example", head="quality")
    assert admin.answer.status_code == 303, admin.answer.text
    page = await admin.look(admin.answer.headers["location"])
    assert admin.answer.status_code == 200 and name in page.text
    (link,) = {link for link in (await admin.look("/people")).links if unquote(link) == f"/people/{name}"}
    await admin.look(link)
    assert admin.answer.status_code == 200


async def test_what_the_form_does_not_ask_stays_as_it_is(plant: Plant) -> None:
    plant.store.people.away("sales1", plant.now.date(), plant.now.date(), "sales2")
    plant.store.people.wishes("sales1", MailWish.DIGEST)
    before = plant.store.people.get("sales1")
    admin, page = await admin_at(plant, "/people/sales1")
    await admin.send(page.form("/people/sales1"), name="Anna")
    assert before and plant.store.people.get("sales1") == before.model_copy(update={"name": "Anna"})


async def test_what_was_noted_in_words_before_stays_as_it_is(plant: Plant) -> None:
    plant.store.house_log.note(Entry(plant.now, "boss", "updated", "sales1", "{x}@plant.example, head of sales, admin"))
    _, page = await admin_at(plant, "/people/sales1")
    assert "{x}@plant.example, head of sales, admin" in page.text
