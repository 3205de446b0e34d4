"""Who receives a notice: the policy's words resolved to people, as of the day on which it is told (contract §3)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from activities.store.ledger import Recipient
from activities.store.register import Person, Register
from workflows.types.orders import OrderRow
from workflows.types.tasks import Task
from workflows.types.words import Department, Language, MailWish

CUSTOMER = "customer"
UNOWNED = "unowned"
"""The kind of mail that management gets when nobody else is left."""
TASK_OPENED = "task_opened"
LAST_RESORT = ("management", "admins")
HEAD_OF = "head_of:"
"""`head_of:NAME` is the head of a recipient whom a mail could not reach."""


@dataclass(frozen=True, kw_only=True)
class Circle:
    """Everybody whom a notice could be for, and what decides among them."""

    register: Register
    addresses: dict[Department, str]
    """Departments with a shared mailbox, which replaces the members' own."""
    today: date
    """In the plant's zone."""
    order: OrderRow
    task: Task | None = None
    holder: str | None = None
    may_wait: bool = False
    """Who wants to may read it in their next digest."""

    def resolve(self, words: Iterable[str]) -> list[Recipient]:
        """Who is meant by the words; when nobody is left, management and admins, who are told that."""
        return self._distinct(words) or [replace(one, kind=UNOWNED, keeps=False) for one in self._distinct(LAST_RESORT)]

    def _distinct(self, words: Iterable[str]) -> list[Recipient]:
        """One recipient for each person and each address."""
        found: dict[str, Recipient] = {}
        addresses: set[str] = set()
        for recipient in (recipient for word in words for recipient in self._meant_by(word)):
            address = (recipient.address or "").casefold()
            if recipient.name not in found and address not in addresses:
                found[recipient.name] = recipient
                addresses |= {address} - {""}
        return list(found.values())

    def _meant_by(self, word: str) -> list[Recipient]:
        match word:
            case "assignee":
                return self._assignee()
            case "head":
                return self._people(self.register.heads(self.task.department)) if self.task else []
            case "sales":
                return self._people(self._known(self.order.owner))
            case "customer":
                return [self._customer()]
            case "admins":
                return self._people(self.register.admins())
            case _ if word.startswith(HEAD_OF):
                return self._people(self._heads_of(word.removeprefix(HEAD_OF)))
            case _:
                return self._mailbox_or_members(Department(word)) if word in set(Department) else []

    def _assignee(self) -> list[Recipient]:
        """The holder; when nobody holds the task, or nobody is there for who does, the department."""
        if self.task is None:
            return []
        course = self.task.course
        return self._people(self._known(self.holder), course) or self._mailbox_or_members(self.task.department, course)

    def _mailbox_or_members(self, department: Department, course: str | None = None) -> list[Recipient]:
        members = self.register.members(department)
        address = self.addresses.get(department)
        if address is None:
            return self._people(members, course)
        # A mailbox has no language of its own: it is read in that of the head.
        readers = [*self.register.heads(department), *members]
        return [Recipient(name=address, address=address, language=readers[0].language if readers else Language.EN)]

    def _heads_of(self, name: str) -> list[Person]:
        """The heads of whoever has this name in the ledger: a person, or a department's mailbox."""
        person = self.register.people.get(name)
        mine = person.member_of if person else [it for it, address in self.addresses.items() if address == name]
        return [head for department in mine for head in self.register.heads(department) if head.id != name]

    def _customer(self) -> Recipient:
        customer = self.order.customer
        return Recipient(name=CUSTOMER, address=customer.email, language=customer.language, by_hand=customer.email is None)

    def _people(self, people: Iterable[Person], course: str | None = None) -> list[Recipient]:
        """Those who are there for these people today, but for whom four eyes or a missing course keep from the task."""
        barred = self.task.barred if self.task else ()
        there = self.register.present(people, self.today, barred, course)
        return [
            Recipient(name=one.id, address=one.email, language=one.language, keeps=self.may_wait and one.mail is MailWish.DIGEST)
            for one in there
            if one.email
        ]

    def _known(self, person: str | None) -> list[Person]:
        known = self.register.people.get(person or "")
        return [known] if known else []
