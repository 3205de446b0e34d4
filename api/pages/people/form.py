"""Who somebody is, as an admin types it: read, judged by the command's rules, and shown again when it was refused."""

from typing import NamedTuple, Self

from starlette.datastructures import FormData

from activities.people_rules import email_fault, name_fault
from activities.store.register import Person
from api.pages.visitors import text
from workflows.types.words import Department, Language

LONGEST_NAME = 200


class Typed(NamedTuple):
    id: str = ""
    name: str = ""
    email: str = ""
    language: str = Language.EN.value
    departments: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    admin: bool = False

    @classmethod
    def of(cls, sent: FormData, person_id: str | None = None) -> Self:
        """`person_id`: of somebody who has one already."""
        departments, heads = (tuple(str(one) for one in sent.getlist(name)) for name in ("department", "head"))
        its_id = text(sent, "id") if person_id is None else person_id
        words = text(sent, "name"), text(sent, "email"), text(sent, "language")
        return cls(its_id, *words, departments, heads, bool(sent.get("admin")))

    @classmethod
    def from_person(cls, person: Person) -> Self:
        departments, heads = map(tuple, (person.departments, person.head_of))
        return cls(person.id, person.name, person.email or "", person.language, departments, heads, person.admin)

    def faults(self) -> list[str]:
        found = []
        if fault := name_fault(self.id):
            found.append(f"the name to sign in with: {fault}")
        if len(self.name) > LONGEST_NAME or not (self.name or self.id).isprintable():
            found.append(f"a name has at most {LONGEST_NAME} characters, all of which can be seen")
        if fault := email_fault(self.email):
            found.append(f"the mail address: {fault}")
        if self.language not in list(Language):
            found.append("choose one of the languages")
        if not {*self.departments, *self.heads} <= set(Department):
            found.append("choose among the departments")
        if not (self.departments or self.heads or self.admin):
            found.append("who is in no department and no admin can do nothing: choose one")
        return found

    def person(self, known: Person | None = None) -> Person:
        """A head is a member; what is not asked here, an absence for one, stays as it is."""
        said = {
            "name": self.name or self.id,
            "email": self.email,
            "language": Language(self.language),
            "departments": tuple(map(Department, dict.fromkeys((*self.departments, *self.heads)))),
            "head_of": tuple(map(Department, dict.fromkeys(self.heads))),
            "admin": self.admin,
        }
        return (known or Person(id=self.id, name=self.id)).model_copy(update=said)
