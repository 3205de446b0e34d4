"""The people of the demo plant."""

from dataclasses import dataclass

from activities.store import Person
from workflows.types.words import Department, Language


@dataclass(frozen=True)
class Role:
    """Who a person of the demo is."""

    id: str
    department: Department | None = None
    head: bool = False
    admin: bool = False
    language: Language = Language.EN

    def person(self) -> Person:
        departments = (self.department,) if self.department else ()
        return Person(
            id=self.id,
            name=self.id,
            # A domain that nobody can own: whoever points the demo at a real mail server reaches no stranger.
            email=f"{self.id}@plant.example",
            language=self.language,
            departments=departments,
            head_of=departments if self.head else (),
            admin=self.admin,
        )


HANT, HANS = Language.ZH_HANT, Language.ZH_HANS

CAST = (
    Role("sales1", Department.SALES),
    Role("sales-head", Department.SALES, head=True, language=HANT),
    Role("production1", Department.PRODUCTION, language=HANT),
    Role("production-head", Department.PRODUCTION, head=True, language=HANT),
    Role("quality1", Department.QUALITY, language=HANS),
    Role("quality2", Department.QUALITY),
    Role("quality-head", Department.QUALITY, head=True, language=HANT),
    Role("warehouse1", Department.WAREHOUSE, language=HANT),
    Role("warehouse-head", Department.WAREHOUSE, head=True),
    Role("supply1", Department.SUPPLY_CHAIN, language=HANS),
    Role("supply-head", Department.SUPPLY_CHAIN, head=True),
    Role("boss", Department.MANAGEMENT, head=True, language=HANT),
    Role("admin", admin=True),
)


def who_answers_for(department: str) -> str:
    """The first of a department: the same person for the same work, so that nobody inspects what they made."""
    return next(role.id for role in CAST if role.department == department)
