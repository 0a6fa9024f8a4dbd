"""What to do next in a new programme, until its first pass-on is recorded and whoever works with it can sign in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import url_for

from relay.access import accounts
from relay.access.roles import EVERY
from relay.web import guard, menu, responses, sessions
from relay.web.i18n.language import gettext
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.arrays.tables import Snapshot


NEW_UNTIL: Final = 10
"""The pass-ons with which a programme is new no longer, and its front page asks for no account (our choice)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstStep:
    """A step of the beginning.

    Attributes:
        title: What to do.
        why: What it is for, in a sentence.
        href: Where it is done; empty where an earlier step has to be done first.
        is_done: Whether it is done.
    """

    title: str
    why: str
    href: str
    is_done: bool


def next_step() -> FirstStep | None:
    """The first step that is not done and can be; None if there is none."""
    return next((step for step in first_steps(current.snapshot()) if step.href and not step.is_done), None)


def first_steps(snapshot: Snapshot) -> tuple[FirstStep, ...]:
    """The steps for this reader: those to the first pass-on until it is recorded, and while it is new, to the accounts.

    Empty when nothing of it is left to do, and for who may not record.
    """
    programme_id, passes = current.head().programme_id, len(snapshot.passes)
    if passes >= NEW_UNTIL or not guard.may("register", programme_id):
        return ()
    beginning, accounts_ = () if passes else (*_from_woman_to_pass_on(snapshot),), (*_accounts(programme_id),)
    if beginning or accounts_:
        responses.never_cache()  # accounts are in no ledger: the head does not tell that this changed
    return (*beginning, *accounts_)


def _accounts(programme_id: str) -> Iterator[FirstStep]:
    if not guard.may("accounts", EVERY):
        return
    waiting = [
        account.login
        for account in accounts.waiting_for_password(current.graph(), besides=sessions.signed_in().login)
        if any(grant.covers(programme_id) for grant in account.grants)
    ]
    own = sessions.signed_in()
    if own.generation and not accounts.find(current.graph(), own.login).password:
        yield FirstStep(
            title=gettext("Choose your own password"),
            why=gettext("With it you sign in tomorrow, without the link from the terminal."),
            href=url_for("own_account.page"),
            is_done=False,
        )
    if waiting:
        yield FirstStep(
            title=gettext("Print the links for the others"),
            why=gettext("Each chooses her own password with it: %(logins)s.", logins=", ".join(waiting)),
            href=url_for("invitations.links"),
            is_done=False,
        )


def _from_woman_to_pass_on(snapshot: Snapshot) -> Iterator[FirstStep]:
    women, gifts, placements = (len(each) for each in (snapshot.beneficiaries, snapshot.gifts, snapshot.placements))
    yield FirstStep(
        title=gettext("Register the first woman"),
        why=gettext("She who receives animals from a donor's gift."),
        href=menu.url_to("recording.person"),
        is_done=women > 0,
    )
    yield FirstStep(
        title=gettext("Record the first gift"),
        why=gettext("What a donor gave, and when: every chain begins there."),
        href=menu.url_to("recording.gift"),
        is_done=gifts > 0,
    )
    first_gift = f"gift:{snapshot.gifts.ids[0]}" if gifts else ""
    yield FirstStep(
        title=gettext("Record who received from it"),
        why=gettext("From that day on it is counted what she owes, and by when."),
        href=menu.url_to("recording.placement", act_id=first_gift) if gifts and women else "",
        is_done=placements > 0,
    )
    first_placement = f"placement:{snapshot.placements.ids[0]}" if placements else ""
    yield FirstStep(
        title=gettext("Record the first pass-on"),
        why=gettext("When she gives young animals to the next woman."),
        href=menu.url_to("recording.pass-on", act_id=first_placement) if placements else "",
        is_done=False,
    )
