"""policy.toml: what it makes of the built-in default, and how each mistake is told with its key and line."""

import tomllib
from datetime import date, time

import pytest

from activities.policy_file import PolicyError, changes, default, dump, parse, pin
from activities.policy_lines import Lines, Path
from workflows.types.policy import Rung, Shift, Span, Unit
from workflows.types.words import Department, Kind, Priority

VERSION = 'version = "2026-11"\n'


def problems(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(PolicyError) as caught:
        parse(text)
    return [(problem.line, problem.key, problem.message) for problem in caught.value.problems]


def span(text: str) -> Span:
    return Span(count=int(text[:-1]), unit=Unit(text[-1]))


# What a policy says.


def test_the_default_is_the_contracts() -> None:
    policy = default()
    assert (policy.plant.time_zone, policy.plant.country, policy.plant.weekend) == ("Asia/Taipei", "TW", (5, 6))
    assert policy.plant.hours == (Shift(start=time(8), end=time(12)), Shift(start=time(13), end=time(17)))
    assert [(rung.name, str(rung.at), rung.to) for rung in policy.ladder] == [
        ("remind", "-2h", ("assignee",)),
        ("overdue", "0s", ("assignee", "head")),
        ("escalate", "1d", ("head", "sales")),
        ("critical", "2d", ("management",)),
    ]
    assert {key: str(value) for key, value in policy.order} == {
        "buffer": "1d",
        "minimum": "1h",
        "transit": "2d",
        "max_rework_rounds": "3",
        "notice_lead": "4h",
        "silent_after": "1d",
        "signoff_grace": "1d",
    }
    assert policy.targets.model_dump(exclude_none=True) == {"on_time": 0.95, "first_pass_yield": 0.98, "csat": 0.9}
    assert not policy.rush


def test_the_default_knows_every_kind_and_department() -> None:
    policy = default()
    assert set(policy.tasks) == set(Kind)
    assert set(policy.departments) == set(Department)
    assert {kind for kind, task in policy.tasks.items() if task.stand_in} == {Kind.INSPECT, Kind.VERIFY}
    assert {str(kind): str(task.allowance) for kind, task in policy.tasks.items() if str(task.allowance) != "1d"} == {
        "assign_improvement": "2d",
        "find_cause": "5d",
        "act": "10d",
        "verify": "3d",
        "complete_file": "3d",
        "produce": "5d",
        "rework": "2d",
        "decide_disposition": "4h",
        "accept": "4h",
        "decide_shortage": "4h",
        "plan_shipment": "4h",
        "collect_feedback": "5d",
        "decide_promise": "4h",
    }


def test_a_file_is_laid_over_the_default_key_by_key() -> None:
    policy = parse(VERSION + '[tasks.inspect]\nallowance = "4h"\n[departments.quality]\naddress = "qc@plant.example"\n')
    assert policy.version == "2026-11"
    assert policy.tasks[Kind.INSPECT] == default().tasks[Kind.INSPECT].model_copy(update={"allowance": span("4h")})
    assert policy.departments[Department.QUALITY].address == "qc@plant.example"
    assert policy.departments[Department.SALES] == default().departments[Department.SALES]
    assert (policy.order, policy.ladder, policy.plant) == (default().order, default().ladder, default().plant)


def test_lists_are_laid_over_as_a_whole() -> None:
    policy = parse(VERSION + '[plant]\nweekend = ["fri"]\n[[ladder]]\nname = "nudge"\nat = "-4h"\nto = ["head", "quality"]\n')
    assert policy.plant.weekend == (4,)
    assert policy.ladder == (Rung(name="nudge", at=span("-4h"), to=("head", "quality")),)


def test_a_kind_may_have_a_ladder_of_its_own() -> None:
    policy = parse(VERSION + '[[tasks.inspect.ladder]]\nname = "nudge"\nat = "0s"\nto = ["assignee"]\n')
    inspect, produce = policy.tasks[Kind.INSPECT], policy.tasks[Kind.PRODUCE]
    assert [rung.name for rung in policy.ladder_of(inspect)] == ["nudge"]
    assert policy.ladder_of(produce) == default().ladder


def test_a_ladder_may_be_empty() -> None:
    assert parse(VERSION + "[tasks.inspect]\nladder = []\n").tasks[Kind.INSPECT].ladder == ()


def test_rush_is_laid_over_the_usual_task() -> None:
    policy = parse(
        VERSION
        + '[tasks.inspect]\ndepartment = "production"\n[rush.tasks.inspect]\nallowance = "4h"\n'
        + '[[rush.tasks.produce.ladder]]\nname = "hurry"\nat = "-1d"\nto = ["head"]\n'
    )
    rush = policy.for_priority(Priority.RUSH).tasks
    assert (rush[Kind.INSPECT].department, str(rush[Kind.INSPECT].allowance)) == (Department.PRODUCTION, "4h")
    assert rush[Kind.INSPECT].stand_in is Department.MANAGEMENT
    assert [rung.name for rung in rush[Kind.PRODUCE].ladder or ()] == ["hurry"]
    assert rush[Kind.REWORK] == policy.tasks[Kind.REWORK]
    assert str(policy.for_priority(Priority.NORMAL).tasks[Kind.INSPECT].allowance) == "1d"


def test_the_plants_calendar_is_read() -> None:
    plant = parse(
        VERSION
        + '[plant]\nname = " 工廠 "\ncountry = ""\nhours = ["16:00-24:00", "00:00-02:30"]\naround_the_clock = true\n'
        + 'closed = ["2027-02-11", 2027-02-12]\nopen = ["2027-02-20"]\n[plant.hours_by_day]\nsat = ["08:00-12:00"]\n'
    ).plant
    assert (plant.name, plant.country, plant.around_the_clock) == ("工廠", "", True)
    assert plant.hours == (Shift(start=time(16), end=time(0)), Shift(start=time(0), end=time(2, 30)))
    assert plant.hours_by_day == {5: (Shift(start=time(8), end=time(12)),)}
    assert (plant.closed, plant.open) == ((date(2027, 2, 11), date(2027, 2, 12)), (date(2027, 2, 20),))


def test_stand_in_can_be_taken_away_and_mails_asked_for() -> None:
    policy = parse(VERSION + '[tasks.inspect]\nstand_in = ""\n[departments.sales]\ntask_opened = "instant"\n')
    assert policy.tasks[Kind.INSPECT].stand_in is None
    assert policy.departments[Department.SALES].task_opened


@pytest.mark.parametrize("text", ["\ufeff" + VERSION, VERSION.replace("\n", "\r\n"), 'version = "2026-11"'])
def test_files_from_any_editor_are_read(text: str) -> None:
    assert parse(text).version == "2026-11"


# What it may not say.


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ("[tasks.inspect]\nallowance = '2x'", "tasks.inspect.allowance", '"2x" is not a duration; write a whole number'),
        ("[tasks.inspect]\nallowance = '1.5d'", "tasks.inspect.allowance", "is not a duration"),
        ("[tasks.inspect]\nallowance = '-1d'", "tasks.inspect.allowance", "is negative"),
        ("[tasks.inspect]\nallowance = 4", "tasks.inspect.allowance", "4 is not a duration"),
        ("[tasks.inspect]\nallowance = '٤h'", "tasks.inspect.allowance", "is not a duration"),
        ("[tasks.inspect]\nallowance = '1001d'", "tasks.inspect.allowance", "longer than 1000 working days"),
        ("[tasks.inspect]\nallowance = '8001h'", "tasks.inspect.allowance", "longer than 1000 working days"),
        ("[tasks.inspect]\nallowance = '9999999999d'", "tasks.inspect.allowance", "is too long"),
        ("[tasks.inspect]\nallowence = '1d'", "tasks.inspect.allowence", 'unknown key; did you mean "allowance"?'),
        ("[tasks.inspect]\ndepartment = 'qualty'", "tasks.inspect.department", 'not a department; did you mean "quality"?'),
        ("[tasks.inspect]\ndepartment = ''", "tasks.inspect.department", "is not a department"),
        ("[tasks.inspect]\nstand_in = 'boss'", "tasks.inspect.stand_in", "write one of sales, production"),
        ("\ntasks.inspekt = {}", "tasks.inspekt", 'unknown kind of task; did you mean "inspect"?'),
        ("\ntasks.inspect = 3", "tasks.inspect", "3 is not a table"),
        ("\ntasks = ['inspect']", "tasks", "a list is not a table"),
        ("[rush]\norder = {}", "rush.order", "unknown key; write one of tasks"),
        ("[rush.tasks.inspect]\nminimum = '1h'", "rush.tasks.inspect.minimum", "unknown key"),
        ("[departments]\nlab = {}", "departments.lab", "unknown department"),
        ("[departments.sales]\naddress = 'nobody'", "departments.sales.address", "is not a mail address"),
        ("[departments.sales]\naddress = true", "departments.sales.address", "is not a mail address"),
        ("[departments.sales]\ntask_opened = 'never'", "departments.sales.task_opened", "write one of none, instant"),
        ("[departments.sales]\ntask_opened = true", "departments.sales.task_opened", "true is not a way to be told"),
        ("[order]\nmax_rework_rounds = -1", "order.max_rework_rounds", "is not a whole number"),
        ("[order]\nmax_rework_rounds = 3.0", "order.max_rework_rounds", "is not a whole number"),
        ("[order]\nmax_rework_rounds = true", "order.max_rework_rounds", "true is not a whole number"),
        ("[order]\nmax_rework_rounds = 0x" + 4000 * "f", "order.max_rework_rounds", "a huge number"),
        ("[targets]\non_time = 95", "targets.on_time", "95 is not a share between 0 and 1"),
        ("[targets]\ncsat = nan", "targets.csat", "is not a share"),
        ("[targets]\ncsat = true", "targets.csat", "is not a share"),
        ("[plant]\nname = '  '", "plant.name", "is empty"),
        ("[plant]\nname = 7", "plant.name", "7 is not a text"),
        ('[plant]\nname = "a\\u0007"', "plant.name", "has control characters"),
        ("[plant]\nname = '" + 201 * "x" + "'", "plant.name", "is longer than 200 characters"),
        ("[plant]\ntime_zone = 'Asia/Taipe'", "plant.time_zone", 'is not a time zone; did you mean "Asia/Taipei"?'),
        ("[plant]\ntime_zone = 'localtime'", "plant.time_zone", "is not a time zone"),
        ("[plant]\ncountry = 'tw'", "plant.country", 'did you mean "TW"?'),
        ("[plant]\ncountry = 'XX'", "plant.country", "is not a country whose public holidays are known"),
        ("[plant]\naround_the_clock = 1", "plant.around_the_clock", "1 is neither true nor false"),
        ("[plant]\nhours = '08:00-17:00'", "plant.hours", "is not a list"),
        ("[plant]\nhours = ['8-17']", "plant.hours[1]", '"8-17" are not hours'),
        ("[plant]\nhours = ['25:00-26:00']", "plant.hours[1]", "are not hours"),
        ("[plant]\nhours = []", "plant.hours", "would never work"),
        ("[plant]\nhours = ['08:00-12:00', '11:00-17:00']", "plant.hours", "08:00-12:00 and 11:00-17:00 overlap"),
        ("[plant]\nhours = ['06:00-14:00', '22:00-07:00']", "plant.hours", "22:00-07:00 and 06:00-14:00 of the next day"),
        ("[plant]\nweekend = ['saturday']", "plant.weekend[1]", '"saturday" is not a weekday; write one of mon, tue, wed'),
        ("[plant]\nweekend = ['mon','tue','wed','thu','fri','sat','sun']", "plant.weekend", "would never work"),
        ("[plant]\nclosed = ['2027-02-30']", "plant.closed[1]", "is not a day of the calendar"),
        ("[plant]\nclosed = ['20270211']", "plant.closed[1]", "is not a date"),
        ("[plant]\nclosed = [2027-02-11T08:00:00]", "plant.closed[1]", "is not a date"),
        ("[plant]\nholidays = ['2027-02-11']", "plant.holidays", "unknown key"),
        ("[plant.hours_by_day]\nsaturday = ['08:00-12:00']", "plant.hours_by_day.saturday", "unknown weekday"),
        ("[plant.hours_by_day]\nfri = []", "plant.hours_by_day.fri", "has no hours"),
        ("\ncolour = 'red'", "colour", "unknown key"),
        ("\n'odd key' = 1", '"odd key"', "unknown key"),
    ],
)
def test_a_mistake_is_told_with_its_key_and_line(text: str, key: str, message: str) -> None:
    (problem,) = problems(VERSION + text)
    assert problem[:2] == (3, key)
    assert message in problem[2]


LADDER = """\
version = "2026-11"
[[ladder]]
name = "remind"
at = "-2h"
to = ["assignee"]
[[ladder]]
name = "overdue"
at = "0s"
to = ["assignee", "head"]
"""


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    [
        ('"overdue"', '"remind"', (7, "ladder[2].name", '"remind" is the name of two rungs')),
        ('"overdue"', '""', (7, "ladder[2].name", "is not a rung's name")),
        ('"overdue"', '"Over due"', (7, "ladder[2].name", "is not a rung's name")),
        ('"overdue"', '"shipping_notice"', (7, "ladder[2].name", "is the kind of another mail")),
        ('at = "0s"', 'at = "-3h"', (8, "ladder[2].at", '"-3h" comes before remind at "-2h"')),
        ('at = "-2h"', 'at = "1d"', (8, "ladder[2].at", '"0s" comes before remind at "1d"')),
        ('at = "0s"\n', "", (6, "ladder[2].at", "is missing")),
        ('"head"]', '"boss"]', (9, "ladder[2].to[2]", '"boss" is not a recipient; write one of assignee, head, sales')),
        ('["assignee", "head"]', "[]", (9, "ladder[2].to", "tells nobody")),
        ('["assignee", "head"]', '"head"', (9, "ladder[2].to", '"head" is not a list')),
    ],
)
@pytest.mark.parametrize("table", ["ladder", "tasks.inspect.ladder", "rush.tasks.inspect.ladder"])
def test_a_ladders_mistake_is_told_at_its_rung(table: str, right: str, wrong: str, problem: tuple[int, str, str]) -> None:
    line, key, message = problem
    ((found_line, found_key, found),) = problems(LADDER.replace(right, wrong).replace("[[ladder]]", f"[[{table}]]"))
    assert (found_line, found_key) == (line, key.replace("ladder", table))
    assert message in found


def test_hours_and_days_are_compared_by_the_plants_own_day() -> None:
    ladder = LADDER.replace('"-2h"', '"1d"').replace('"0s"', '"9h"')
    assert parse(ladder).ladder[1].at == span("9h")
    assert [key for _, key, _ in problems(ladder + "[plant]\naround_the_clock = true\n")] == ["ladder[2].at"]


def test_a_day_cannot_be_open_and_closed() -> None:
    text = VERSION + '[plant]\nclosed = ["2027-02-20"]\nopen = [\n  "2027-02-27",\n  "2027-02-20",\n]\n'
    assert problems(text) == [(6, "plant.open[2]", "2027-02-20 is in plant.closed, too")]


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines() -> None:
    text = """\
# a policy with something wrong in every corner
order = { buffer = "2x", minimum = 1 }
colour = "red"

[plant]
hours = [
    "08:00-12:00",   # the morning
    "13:00-1700",
]
weekend = [ "sat", "son" ]
name = '''
two
lines'''

[plant.hours_by_day]
"sat" = [ "8:00-12:00" ]

[[tasks.inspect.ladder]]
name = "remind"
at = "1d"
to = ["nobody"]
[[tasks.inspect.ladder]]
name = "remind"
att = "2d"
to = ["head"]
[[ladder]]
name = "critical"
at = "2d"
to = ["head"]
[[ladder]]
name = "remind"
at = "1d"
to = ["head"]
"""
    assert [(line, key) for line, key, _ in problems(text)] == [
        (1, "version"),
        (2, "order.buffer"),
        (2, "order.minimum"),
        (3, "colour"),
        (8, "plant.hours[2]"),
        (10, "plant.weekend[2]"),
        (11, "plant.name"),
        (16, "plant.hours_by_day.sat[1]"),
        (21, "tasks.inspect.ladder[1].to[1]"),
        (22, "tasks.inspect.ladder[2].at"),
        (23, "tasks.inspect.ladder[2].name"),
        (24, "tasks.inspect.ladder[2].att"),
    ]


def test_an_error_reads_as_one_line_for_each_problem() -> None:
    with pytest.raises(PolicyError) as caught:
        parse(VERSION + '[tasks.inspect]\nallowance = "2x"\nallowence = "1d"\n', "plant.toml")
    assert str(caught.value).splitlines() == [
        'plant.toml:3: tasks.inspect.allowance: "2x" is not a duration; write a whole number and one of s m h d',
        'plant.toml:4: tasks.inspect.allowence: unknown key; did you mean "allowance"?',
    ]


def test_the_version_is_mandatory() -> None:
    assert problems("") == [(1, "version", "is missing; every policy says which version it is")]
    assert problems("version = ''") == [(1, "version", "is empty")]
    assert problems("\nversion = true") == [(2, "version", "true is not a text; write it in quotes")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[plant]\nname = \n", 3),
        ("[plant]\nname = 'a'\nname = 'b'\n", 4),
        ("[plant]\n\n[plant]\n", 4),
        ("[plant]\nclosed = [2027-02-30]\n", 3),
        ("[plant]\nclosed = [\n\n\n", 3),
        ("ladder = " + 10000 * "[", 1),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(text: str, line: int) -> None:
    ((found_line, key, message),) = problems(VERSION + text)
    assert (found_line, key) == (line, "")
    assert message.startswith(("not valid TOML: ", "is nested too deeply"))
    assert "line" not in message


ODD_TOML = r"""a.b . "c.d" = [ 1, # ] not yet
  [ 2,
    { x = 1, y.z = "]" } ] ]
text = '''
[not.a.table]
key = 1''''
when = 2027-02-11 08:00:00.5+08:00

[[list]]
[list.below]
key = 1
[[list]]
[list.below]
[[list.items]]
[[list.items]]
key = ~~~\
 quotes \" ""and more"~~~
[last] # [x]
key = -1.5e3
""".replace("~~~", '"""')


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("a",), 1),
        (("a", "b", "c.d"), 1),
        (("a", "b", "c.d", 1), 2),
        (("a", "b", "c.d", 1, 1), 3),
        (("a", "b", "c.d", 1, 1, "y", "z"), 3),
        (("text",), 4),
        (("when",), 7),
        (("list", 0, "below", "key"), 11),
        (("list", 1), 12),
        (("list", 1, "below"), 13),
        (("list", 1, "below", "key"), 13),  # not there: the table it would be in
        (("list", 1, "items", 1, "key"), 16),
        (("last", "key"), 19),
        (("nothing", "like", "it"), 1),
    ],
)
def test_keys_are_found_wherever_toml_lets_them_stand(path: Path, line: int) -> None:
    assert tomllib.loads(ODD_TOML)["list"][1]["items"][1]["key"].endswith('""and more"')
    assert Lines(ODD_TOML).of(path) == line


# Pinned, written out, compared.


def test_pin_knows_the_holidays_of_taiwan() -> None:
    plant = pin(default(), date(2026, 11, 22)).plant
    assert {date(2026, 2, 17), date(2027, 1, 1), date(2027, 2, 8), date(2027, 10, 11)} <= set(plant.holidays)
    assert date(2027, 1, 4) not in plant.holidays
    assert min(plant.holidays) >= date(2025, 11, 22) and max(plant.holidays) <= date(2029, 11, 22)
    assert {day.year for day in plant.holidays} == {2025, 2026, 2027, 2028, 2029}
    assert list(plant.holidays) == sorted(plant.holidays)
    assert not plant.makeup_days


def test_pin_knows_the_make_up_days_of_china() -> None:
    plant = pin(parse(VERSION + '[plant]\ncountry = "CN"\n'), date(2026, 1, 31)).plant
    assert {date(2026, 2, 14), date(2026, 2, 28), date(2026, 10, 10)} <= set(plant.makeup_days)
    assert date(2025, 1, 26) not in plant.makeup_days  # more than a year ago
    assert date(2026, 10, 1) in plant.holidays


def test_pin_changes_only_the_public_days_and_does_so_afresh() -> None:
    policy = default()
    pinned = pin(policy, date(2028, 2, 29))
    assert pinned.plant.model_copy(update={"holidays": (), "makeup_days": ()}) == policy.plant
    assert pinned.model_copy(update={"plant": policy.plant}) == policy
    nowhere = pinned.model_copy(update={"plant": pinned.plant.model_copy(update={"country": ""})})
    assert pin(nowhere, date(2028, 2, 29)).plant.holidays == ()


EVERYTHING = """\
version = "2027-01 \\"winter\\""
[plant]
name = "工廠 \\\\ 1"
time_zone = "Europe/Berlin"
country = ""
around_the_clock = false
hours = ["22:00-06:00", "14:00-22:00"]
weekend = ["sun"]
closed = ["2027-02-11"]
open = ["2027-02-21"]
[plant.hours_by_day]
sat = ["08:00-12:00"]
sun = ["16:00-24:00"]
[departments.quality]
address = "qc@plant.example"
task_opened = "instant"
[tasks.inspect]
allowance = "90m"
department = "production"
stand_in = ""
ladder = []
[[tasks.produce.ladder]]
name = "slow_2"
at = "-1d"
to = ["customer", "supply_chain"]
[[tasks.produce.ladder]]
name = "slower"
at = "0s"
to = ["management"]
[rush.tasks.inspect]
[rush.tasks.produce]
stand_in = "sales"
[[rush.tasks.produce.ladder]]
name = "hurry"
at = "-90s"
to = ["head"]
[order]
buffer = "0s"
max_rework_rounds = 0
[targets]
on_time = 1
csat = 0.00001
"""


@pytest.mark.parametrize("text", [VERSION, EVERYTHING, EVERYTHING + "[[ladder]]\nname = 'a'\nat = '0s'\nto = ['head']\n"])
def test_what_is_written_out_reads_back_the_same(text: str) -> None:
    policy = parse(text)
    assert parse(dump(policy)) == policy
    assert parse(dump(pin(policy, date(2026, 11, 22)))) == policy


def test_a_policy_without_any_rung_is_written_out_too() -> None:
    policy = parse("ladder = []\n" + VERSION)
    assert policy.ladder == ()
    assert parse(dump(policy)) == policy


def test_the_written_policy_shows_what_the_default_said_and_the_public_holidays() -> None:
    text = dump(pin(parse(VERSION), date(2026, 11, 22)))
    assert '[tasks.inspect]\nallowance = "1d"\ndepartment = "quality"\nstand_in = "management"\n' in text
    assert "\n# public holidays 2027: 01-01, 02-04, " in text


def test_changes_are_told_one_by_one() -> None:
    new = parse(
        VERSION
        + '[tasks.inspect]\nallowance = "4h"\nstand_in = ""\n[departments.quality]\naddress = "qc@plant.example"\n'
        + '[plant]\ncountry = ""\nclosed = ["2027-02-11"]\nhours = ["08:00-16:00"]\n[rush.tasks.produce]\nallowance = "3d"\n'
        + '[[ladder]]\nname = "remind"\nat = "-4h"\nto = ["assignee"]\n[[ladder]]\nname = "late_2"\nat = "0s"\nto = ["head"]\n'
    )
    assert changes(default(), new) == [
        "version: built-in → 2026-11",
        "plant.country: TW → none",
        "plant.hours: 08:00-12:00, 13:00-17:00 → 08:00-16:00",
        "departments.quality.address: not set → qc@plant.example",
        "tasks.inspect.allowance: 1d → 4h",
        "tasks.inspect.stand_in: management → none",
        "ladder: remind, overdue, escalate, critical → remind, late_2",
        "ladder.remind: -2h to assignee → -4h to assignee",
        "ladder.late_2: not set → 0s to head",
        "rush.tasks.produce.allowance: not set → 3d",
        "ladder.overdue: 0s to assignee, head → not set",
        "ladder.escalate: 1d to head, sales → not set",
        "ladder.critical: 2d to management → not set",
        "plant.closed: added 2027-02-11",
    ]
    assert changes(new, default())[-1] == "plant.closed: removed 2027-02-11"
    assert changes(new, new) == []


def test_changed_public_holidays_are_told_as_well() -> None:
    told = changes(pin(default(), date(2026, 11, 22)), pin(default(), date(2026, 12, 31)))
    assert told == ["plant.holidays: added 2029-12-25", "plant.holidays: removed 2025-12-25"]
