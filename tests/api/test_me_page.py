"""One's own page: absence, language, password, tokens and browsers, each of one's own only."""

import pytest

from tests.api.looking import ROOT, Form, Looker
from tests.api.plant import DAY, Plant

OLD, NEW = "demo-of-tests", "a much better one"


@pytest.fixture
def sales1(plant: Plant) -> Looker:
    plant.store.sessions.set_password("sales1", OLD, plant.now)
    return Looker(plant, "sales1")


async def test_the_page_says_who_i_am_and_for_whom_i_act(plant: Plant, sales1: Looker) -> None:
    plant.store.people.away("warehouse1", plant.now.date(), plant.now.date(), "sales1")
    page = await sales1.look("/me")
    assert sales1.answer.status_code == 200, sales1.answer.text
    assert "sales1@plant.example" in page.text
    assert "Sales , Warehouse (in place of warehouse1)" in page.text.replace("\n", " ") or "in place of warehouse1" in page.text


async def test_who_changes_the_password_stays_and_everybody_else_is_out(plant: Plant, sales1: Looker) -> None:
    other = Looker(plant, "sales1")
    form = (await sales1.look("/me")).form("/me/password")
    await sales1.send(form, old=OLD, new=NEW, again=NEW)
    assert sales1.answer.headers["location"] == "/me?done=password"
    assert "Your password is changed" in (await sales1.look("/me?done=password")).text
    await other.look("/me")
    assert other.answer.status_code == 303
    assert plant.store.sessions.is_password("sales1", NEW)


@pytest.mark.parametrize(("wish", "left", "done"), [({}, 200, "password"), ({"tokens": "revoke"}, 401, "all-new")])
async def test_who_changes_the_password_says_whether_programs_go_on(
    plant: Plant, sales1: Looker, wish: dict[str, str], left: int, done: str
) -> None:
    mine, other = plant.store.people.new_token("sales1", "scanner"), plant.store.people.new_token("boss", "scanner")
    form = (await sales1.look("/me")).form("/me/password")
    await sales1.send_with(form, {"old": OLD, "new": NEW, "again": NEW} | wish)
    assert sales1.answer.headers["location"] == f"/me?done={done}"
    answers = [await plant.client.get("/me", headers={"Authorization": f"Bearer {token}"}) for token in (mine, other)]
    assert [answer.status_code for answer in answers] == [left, 200]
    assert "Revoke all my tokens" in (await sales1.look(f"/me?done={done}")).text or wish


@pytest.mark.parametrize(
    ("old", "new", "again", "told"),
    [
        ("nonsense", NEW, NEW, "your old password is another one"),
        (OLD, "short", "short", "a password has 10 to 200 characters"),
        (OLD, NEW, NEW + "!", "not typed twice the same"),
        (OLD, "x" * 201, "x" * 201, "a password has 10 to 200 characters"),
    ],
)
async def test_a_password_that_cannot_be_is_refused(
    plant: Plant, sales1: Looker, old: str, new: str, again: str, told: str
) -> None:
    form = (await sales1.look("/me")).form("/me/password")
    page = await sales1.send(form, old=old, new=new, again=again)
    assert sales1.answer.status_code == 422 and told in page.text
    assert plant.store.sessions.is_password("sales1", OLD)


async def test_who_guesses_the_old_password_waits(sales1: Looker) -> None:
    form = (await sales1.look("/me")).form("/me/password")
    for _ in range(5):
        await sales1.send(form, old="nonsense", new=NEW, again=NEW)
    await sales1.send(form, old=OLD, new=NEW, again=NEW)
    assert sales1.answer.status_code == 429


async def test_a_token_is_shown_once_works_and_ends(plant: Plant, sales1: Looker) -> None:
    form = (await sales1.look("/me")).form("/me/tokens")
    page = await sales1.send(form, name="scanner")
    token = next(word for word in page.words if word.startswith("jq_"))
    assert token not in (await sales1.look("/me")).text
    answer = await plant.client.get("/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["id"] == "sales1"
    # The same form again makes no second one.
    await sales1.send(form, name="scanner")
    assert sales1.answer.status_code == 409
    (known,) = [each for each in plant.store.people.tokens("sales1") if each.name == "scanner"]
    await sales1.send((await sales1.look("/me")).form("/me/tokens/revoke", token=known.digest))
    answer = await plant.client.get("/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


async def test_when_a_token_was_used_is_noted_beside_the_request(plant: Plant) -> None:
    token = plant.store.people.new_token("sales1", "scanner")
    for _ in range(3):
        await plant.client.get("/me", headers={"Authorization": f"Bearer {token}"})
    plant.app.state.services.threads.close(wait=True)
    (known,) = [each for each in plant.store.people.tokens("sales1") if each.name == "scanner"]
    assert known.used_at == plant.now


async def test_nobody_revokes_or_signs_out_others(plant: Plant, sales1: Looker) -> None:
    token, other = plant.store.people.new_token("boss", "mine"), Looker(plant, "boss")
    (theirs,) = [each for each in plant.store.people.tokens("boss") if each.name == "mine"]
    csrf = (await sales1.look("/me")).form("/me/language").value("csrf") or ""
    (session,) = plant.store.sessions.of("boss")
    await sales1.send(Form("/me/tokens/revoke", "post", [("csrf", csrf)]), token=theirs.digest)
    await sales1.send(Form("/me/sessions/end", "post", [("csrf", csrf)]), session=session.digest)
    assert plant.store.people.by_token(token)
    await other.look("/me")
    assert other.answer.status_code == 200


async def test_browsers_are_signed_out_one_by_one_and_all_at_once(plant: Plant, sales1: Looker) -> None:
    plant.store.sessions.begin(
        "sales1", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", plant.now + DAY
    )
    page = await sales1.look("/me")
    assert "Firefox, Linux" in page.text and "(this one)" in page.text
    newest = plant.store.sessions.of("sales1")[0]
    await sales1.send(page.form("/me/sessions/end", session=newest.digest))
    assert len(plant.store.sessions.of("sales1")) == 1
    await sales1.send((await sales1.look("/me")).form("/me/sessions/end-all"))
    assert plant.store.sessions.of("sales1") == []
    assert sales1.answer.headers["location"] == "/sign-in"


async def test_an_absence_is_entered_and_taken_back(plant: Plant, sales1: Looker) -> None:
    form = (await sales1.look("/me")).form("/me/away")
    await sales1.send_with(form, {"from": "2027-03-02", "to": "2027-03-05", "substitute": "sales2"})
    assert sales1.answer.status_code == 303, sales1.answer.text
    found = plant.store.people.get("sales1")
    assert found and found.away and (str(found.away.from_), found.away.substitute) == ("2027-03-02", "sales2")
    page = await sales1.look("/me?done=away")
    assert page.form("/me/away").value("substitute") == "sales2"
    await sales1.send(page.form("/me/back"))
    found = plant.store.people.get("sales1")
    assert found and found.away is None


@pytest.mark.parametrize(
    ("first", "last", "substitute", "told"),
    [
        ("2027-03-05", "2027-03-02", "sales2", "lies before the first"),
        ("2027-02-01", "2027-02-28", "sales2", "between today and"),
        ("2027-03-02", "2040-03-02", "sales2", "between today and"),
        ("2027-03-02", "2027-03-05", "sales1", "their own substitute"),
        ("2027-03-02", "2027-03-05", "nobody", "choose who stands in"),
        ("", "soon", "sales2", "say the first and the last day"),
    ],
)
async def test_an_absence_that_cannot_be_is_refused_and_kept_as_typed(
    sales1: Looker, first: str, last: str, substitute: str, told: str
) -> None:
    form = (await sales1.look("/me")).form("/me/away")
    page = await sales1.send_with(form, {"from": first, "to": last, "substitute": substitute})
    assert sales1.answer.status_code == 422 and told in page.text
    assert page.form("/me/away").value("from") == first


async def test_the_language_chosen_here_is_that_of_the_pages(plant: Plant, sales1: Looker) -> None:
    form = (await sales1.look("/me")).form("/me/language")
    await sales1.send(form, language="zh-Hant")
    await sales1.look("/me")
    assert '<html lang="zh-Hant">' in sales1.answer.text
    await sales1.send(form, language="de")
    assert sales1.answer.status_code == 422


@pytest.mark.parametrize(
    "path", ["language", "password", "away", "back", "tokens", "tokens/revoke", "sessions/end", "sessions/end-all"]
)
async def test_nothing_is_done_without_the_pages_own_form(plant: Plant, sales1: Looker, path: str) -> None:
    await sales1.send(Form(f"/me/{path}", "post"), csrf="guessed")
    assert sales1.answer.status_code == 403
    before = plant.store.people.get("sales1"), plant.store.people.tokens("sales1"), plant.store.sessions.of("sales1")
    await sales1.look(f"/me/{path}")
    assert (sales1.answer.status_code, sales1.answer.headers["location"]) == (303, "/me"), "looking does nothing"
    assert before == (plant.store.people.get("sales1"), plant.store.people.tokens("sales1"), plant.store.sessions.of("sales1"))
    stranger = await plant.client.post(f"{ROOT}/me/{path}", data={})
    assert stranger.status_code == 303 and stranger.headers["location"].startswith("/sign-in")
