"""Who may be named in a body: approvers are of management, owners of sales."""

from activities.store import Store
from api.problems import invalid
from workflows.types.refusals import Fault
from workflows.types.words import Department


def check_approver(store: Store, pointer: str, customer_agreed: bool, approved_by: str | None) -> None:
    """A date that the customer did not agree to is approved by management (R4); raises the problem `invalid`."""
    if approved_by is not None:
        check_member(store, pointer, approved_by, Department.MANAGEMENT)
    elif not customer_agreed:
        message = "the customer did not agree, so a member of management must approve"
        raise invalid(Fault(pointer=pointer, message=message))


def check_member(store: Store, pointer: str, person_id: str, department: Department) -> None:
    """Raises the problem `invalid` unless the person is of the department."""
    person = store.people.get(person_id)
    if person is None:
        raise invalid(Fault(pointer=pointer, message="there is nobody of this id"))
    if department not in person.member_of:
        raise invalid(Fault(pointer=pointer, message=f"must be somebody of {department}"))
