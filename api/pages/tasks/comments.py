"""What people say to each other about a task."""

from api import forms
from api.pages.forms.attempts import key_of
from api.pages.forms.typing_in import Typed, clean
from api.pages.visitors import Visitor
from api.problems import Problem
from api.shell import meaning
from workflows import ids
from workflows.types.texts import Text


class CommentIn(forms.Form):
    text: Text


async def add(visitor: Visitor, task_id: str, sent: Typed) -> Problem | None:
    """Why it was not kept, or None; the same form sent twice is one comment."""
    text = clean(sent.get("text", ""))
    said = ids.said(visitor.person.id, "POST", f"/tasks/{task_id}/comment", key_of(sent))
    try:
        form = forms.read(CommentIn, {"text": text} if text else {})
        await visitor.run(visitor.here.store.comments.add, task_id, visitor.person.id, form.text, said, visitor.now)
    except Exception as error:
        return meaning(error, visitor.request.scope)
    return None
