"""Training in a real browser: a head describes a course and enters who passed it on a phone, without scripts."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.pages.browsing import PHONE, Windows, picture
from tests.pages.test_people_policy_operations import WITHIN, serious

YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)


def test_a_head_teaches_and_everybody_sees_it(windows: Windows) -> None:
    head = windows.of("quality-head", size=PHONE, scripts=False)
    head.goto("/training/courses")
    if not head.get_by_label("Title").is_visible():
        head.locator("summary", has_text="Add a course").click()
    head.get_by_label("Short name, as in the policy").fill("gauges")
    head.get_by_label("Title").fill("量具使用 Gauges")
    head.get_by_label("Who has to have it").select_option("quality")
    head.get_by_label("Months for which it counts").fill("1")
    picture(head, "training-courses-phone")
    assert head.evaluate(WITHIN)
    head.get_by_role("button", name="Add", exact=True).click()
    expect(head.get_by_role("status")).to_contain_text("The course is on record.")
    head.get_by_label("Held on").fill(str(YESTERDAY))
    head.get_by_label("Trainer").fill("林講師")
    assert head.evaluate(WITHIN)
    picture(head, "training-course-phone")
    head.get_by_role("button", name="Enter it").click()
    head.get_by_label("quality1: Result").select_option("passed")
    head.get_by_role("button", name="Save").click()
    expect(head.get_by_role("status")).to_contain_text("On record.")
    assert head.evaluate(WITHIN)
    picture(head, "training-session-phone")

    reader = windows.of("sales1")
    for address, name in (
        ("/training?course=gauges", "register"),
        ("/training/courses", "courses"),
        ("/training/courses/gauges", "course"),
        ("/training/sessions", "sessions"),
        ("/training/sessions/1", "session"),
    ):
        reader.goto(address)
        expect(reader.locator("h1")).to_be_visible()
        assert serious(reader) == [], address
        picture(reader, f"training-{name}")
    reader.goto("/training?course=gauges")
    expect(reader.locator("table").last).to_contain_text("◔ until")
    expect(reader.locator("table").last).to_contain_text("✖ never passed")

    dark = windows.of("quality1", size=PHONE, language="zh-Hant", color_scheme="dark")
    dark.goto("/me?lang=en#training")
    expect(dark.locator("#training")).to_contain_text("量具使用 Gauges")
    assert dark.evaluate(WITHIN)
    dark.goto("/training")
    assert serious(dark) == []
    assert dark.evaluate(WITHIN)
    picture(dark, "training-register-dark-phone")
