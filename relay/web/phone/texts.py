"""The texts of the phone app, by the name under which its scripts use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from relay.text import plural
from relay.web.i18n.language import both_forms, lazy_gettext

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS: Final[Mapping[str, Any]] = {
    # the head of every page
    "all_sent": lazy_gettext("✓ All sent, %(time)s"),
    "nothing_kept": lazy_gettext("Nothing is waiting on this phone"),
    "needs_you": plural("%(num)s needs you", "%(num)s need you"),
    "kept_here": plural("%(num)s kept on this phone", "%(num)s kept on this phone"),
    "lies_at_office": plural("%(num)s waiting at the office", "%(num)s waiting at the office"),
    "sending": lazy_gettext("sending …"),
    "no_line": lazy_gettext("no connection"),
    # what is told above a page
    "lost": plural(
        "One record that this phone kept is gone: storage was cleared. Tell the office and record it again.",
        "%(num)s records that this phone kept are gone: storage was cleared. Tell the office and record them again.",
    ),
    "all_lost": plural(
        "Storage was cleared, and one record that was not sent is gone. Tell the office and ask for a new code.",
        "Storage was cleared, and %(num)s records that were not sent are gone. Tell the office and ask for a new code.",
    ),
    "storage_lost": lazy_gettext(
        "This phone's storage was cleared. Nothing was waiting to be sent. Ask for a new code to go on."
    ),
    "i_know": lazy_gettext("I have read this"),
    "clock_ahead": plural(
        "This phone's clock is %(num)s minute ahead. Set it right: days are counted from it.",
        "This phone's clock is %(num)s minutes ahead. Set it right: days are counted from it.",
    ),
    "clock_behind": plural(
        "This phone's clock is %(num)s minute behind. Set it right: days are counted from it.",
        "This phone's clock is %(num)s minutes behind. Set it right: days are counted from it.",
    ),
    "revoked": lazy_gettext(
        "The office has signed this phone out. Names are deleted; what was not sent is handed in to the "
        "office. To go on, leave this phone and enrol it again."
    ),
    "withdrawn": lazy_gettext(
        "Your role for this place was withdrawn, so names are deleted here. What you record is still handed in: "
        "the office decides about it. If this is a mistake, tell the office."
    ),
    "stopped": lazy_gettext(
        "The service takes nothing from this phone at the moment (%(status)s). What you record stays here. "
        "Tell the office, or save it as a file."
    ),
    "new_version": lazy_gettext("A new version is here. What you have typed is kept."),
    "use_it": lazy_gettext("Use the new version"),
    "new_version_here": lazy_gettext("Another page of this phone uses a newer version. Load this page again."),
    "unexpected": lazy_gettext("Something went wrong on this page. What is kept is still there: load the page again."),
    "load_again": lazy_gettext("Load the page again"),
    "names_dropped": lazy_gettext("Names are kept on a phone for 14 days. They come back when there is a connection."),
    "may_delete": lazy_gettext(
        "This phone may delete what is not sent. Install Relay on the home screen, and send today."
    ),
    "phone_full": lazy_gettext(
        "This phone is full: nothing was kept. Make room and keep it again, or save it as a file for the office."
    ),
    # enrolling
    "welcome": lazy_gettext("Record where it happens"),
    "enrol_how": lazy_gettext(
        "Ask the office for a code, and type it here while you are connected. The code works once, for ten minutes."
    ),
    "code": lazy_gettext("Code"),
    "phone_name": lazy_gettext("What is this phone called? (such as: Maya's phone)"),
    "enrol": lazy_gettext("Use this phone"),
    "code_wrong": lazy_gettext("This code does not work. Ask the office for a new one."),
    "no_line_enrol": lazy_gettext("There is no connection. A code can be used only while you are connected."),
    # the work of the place
    "today_work": lazy_gettext("Today's work"),
    "as_of": lazy_gettext("As of %(day)s"),
    "no_place_yet": lazy_gettext("The work of your place comes with the first connection. You can record already."),
    "to_hand_over": plural("%(num)s hand-over to come", "%(num)s hand-overs to come"),
    "nothing_due": lazy_gettext("Nobody has to hand over soon."),
    "to_see_to": plural("%(num)s with animals to see to", "%(num)s with animals to see to"),
    "waiting": plural("%(num)s woman waits for her first animals", "%(num)s women wait for their first animals"),
    "women": plural("%(num)s person of this place", "%(num)s people of this place"),
    "nobody_found": lazy_gettext("Nobody here has this name or id."),
    "find": lazy_gettext("Find"),
    "name_or_id": lazy_gettext("Name or id"),
    "owes_by": lazy_gettext("owes %(units)s, by %(day)s"),
    "owes": lazy_gettext("owes %(units)s"),
    "owes_nothing": lazy_gettext("owes nothing more"),
    "planned_to": lazy_gettext("planned to: %(name)s"),
    "holds_nothing": lazy_gettext("She holds nothing yet."),
    "state": lazy_gettext("State"),
    "holds": lazy_gettext("Received"),
    "still_owes": lazy_gettext("Still owes / owes in all"),
    "by_day": lazy_gettext("To be passed on by"),
    "planned_receiver": lazy_gettext("Planned receiver"),
    "nobody": lazy_gettext("nobody"),
    "ready": lazy_gettext("can pass on from about %(day)s (%(why)s)"),
    "birth_on": lazy_gettext("young are to be expected about %(day)s"),
    "treatment_on": lazy_gettext("to be treated by %(day)s"),
    "last_visit": lazy_gettext("Last visit"),
    "never": lazy_gettext("never"),
    "not_here": lazy_gettext("This phone does not have this record."),
    "kept_about": lazy_gettext("Kept on this phone about this"),
    "register": lazy_gettext("Register a woman"),
    "ceremony_day": lazy_gettext("Ceremony day"),
    # forms
    "keep": lazy_gettext("Keep it"),
    "keep_change": lazy_gettext("Keep the change"),
    "today": lazy_gettext("today"),
    "yesterday": lazy_gettext("yesterday"),
    "another_day": lazy_gettext("another day"),
    "another_day_ad": lazy_gettext("another day (AD)"),
    "bs_day": lazy_gettext("Day of the month"),
    "bs_month": lazy_gettext("Month"),
    "bs_year": lazy_gettext("Year"),
    "no_such_day": lazy_gettext("There is no such day. Write day, month and year in Bikram Sambat."),
    "not_known": lazy_gettext("not known"),
    "if_known": lazy_gettext("if known"),
    "one_less": lazy_gettext("one less"),
    "one_more": lazy_gettext("one more"),
    "found": lazy_gettext("Found"),
    "new_here": lazy_gettext("a new woman: she is registered with this"),
    "elsewhere": lazy_gettext("not on this phone: the office looks it up"),
    "choose_one": lazy_gettext("Choose which of these is meant."),
    "needed": lazy_gettext("This is needed."),
    "no_number": lazy_gettext("Write a number, such as 2."),
    "too_much": lazy_gettext("This is too much. Check for an extra digit."),
    "more_fields": lazy_gettext("More, if known"),
    "parts_agree": lazy_gettext("%(females)s females + %(males)s males = %(animals)s animals"),
    "parts_differ": lazy_gettext("%(females)s females + %(males)s males are not %(animals)s animals"),
    "draft_there": lazy_gettext("You had begun this form"),
    "draft_from": lazy_gettext("What you typed on %(day)s is still here."),
    "go_on": lazy_gettext("Go on with it"),
    "begin_anew": lazy_gettext("Begin again"),
    "animals": lazy_gettext("How many?"),
    "who_saw_it": lazy_gettext("Who saw it?"),
    "counted_in_yard": lazy_gettext("Animals counted in the yard"),
    "ceremony_how": lazy_gettext(
        "Tick each woman as she hands over, and add whoever is not on the list. Count the animals in the yard "
        "before you keep the day."
    ),
    "who_gives": lazy_gettext("Who hands over?"),
    "somebody_else": lazy_gettext("Somebody else hands over"),
    "ceremony_line": lazy_gettext("Givers: %(givers)s · handed over: %(handed)s · animals: %(animals)s"),
    "ceremony_agrees": lazy_gettext(
        "Givers: %(givers)s · handed over: %(handed)s · animals: %(animals)s = %(yard)s in the yard"
    ),
    "ceremony_differs": lazy_gettext(
        "Givers: %(givers)s · handed over: %(handed)s · animals: %(animals)s ≠ %(yard)s in the yard"
    ),
    "ceremony_money": lazy_gettext("%(line)s · money, not counted in the yard: %(amount)s"),
    "amount": lazy_gettext("Amount"),
    "count_first": lazy_gettext("Count the animals in the yard: the number must be that of the ticked rows."),
    "keep_day": lazy_gettext("Keep the day"),
    # the outbox
    "outbox": lazy_gettext("Outbox"),
    "outbox_empty": lazy_gettext("What you record is listed here."),
    "send_now": lazy_gettext("Send now"),
    "save_file": lazy_gettext("Save as a file"),
    "needs_you_title": lazy_gettext("Needs you"),
    "kept_title": lazy_gettext("Kept on this phone"),
    "held_title": lazy_gettext("Waiting at the office"),
    "done_title": lazy_gettext("Done"),
    "is_kept": lazy_gettext("kept on this phone, not sent yet"),
    "is_asked": lazy_gettext("needs you: a question"),
    "is_refused": lazy_gettext("needs you: not recorded"),
    "is_held": lazy_gettext("waiting at the office"),
    "is_recorded": lazy_gettext("✓ recorded, no. %(number)s"),
    "is_same": lazy_gettext("✓ the same as %(id)s"),
    "is_deleted": lazy_gettext("deleted: %(reason)s"),
    "asked_how": lazy_gettext("If it is right, record it all the same. If not, correct or delete it."),
    "refused_how": lazy_gettext(
        "It is not lost: it stays here, and the office sees it too. Correct it, or delete it with a reason."
    ),
    "conflict_how": lazy_gettext(
        "Under this number something else is recorded already. If that is right, delete this one here; if "
        "this one is right, ask the office to correct what is recorded."
    ),
    "held_how": lazy_gettext(
        "The office has it and decides. You need not do anything; this phone keeps a copy until it is settled."
    ),
    "same_as": lazy_gettext("It is the same as %(id)s: drop this one"),
    "yes_record": lazy_gettext("It is right: record it"),
    "change": lazy_gettext("Change it"),
    "correct": lazy_gettext("Correct"),
    "delete": lazy_gettext("Delete"),
    "delete_title": lazy_gettext("Delete this?"),
    "delete_why": lazy_gettext("Why?"),
    "leave_it": lazy_gettext("Leave it"),
    "close": lazy_gettext("Close"),
    "too_late": lazy_gettext("It was recorded meanwhile"),
    "too_late_how": lazy_gettext("What you typed was not used. Ask the office to correct what is recorded."),
    "back_to_work": lazy_gettext("Back to today's work"),
    # this phone
    "this_phone": lazy_gettext("This phone"),
    "signed_in_as": lazy_gettext("Enrolled for"),
    "place": lazy_gettext("Place"),
    "programme": lazy_gettext("Programme"),
    "phone_holds": lazy_gettext(
        "This phone holds the work of one place. Names stay for 14 days, telephone numbers are never on it. "
        "Everything is encrypted; lock the screen all the same."
    ),
    "leave": lazy_gettext("Sign out of this phone"),
    "leave_refused": plural(
        "One record is not sent. Send it or save it as a file before you sign out.",
        "%(num)s records are not sent. Send them or save them as a file before you sign out.",
    ),
    "type_number": lazy_gettext("To delete them for good, type the number %(number)s."),
    "delete_and_leave": plural("Delete one record and sign out", "Delete %(num)s records and sign out"),
    "wrong_number": lazy_gettext("This is not the number."),
}
"""Name → text; a pair of singular and plural if it depends on a count, which is `num`."""


def texts() -> dict[str, str | tuple[str, str]]:
    """All texts in the reader's language, with %(…)s for values that the scripts fill in."""
    return {name: both_forms(*text) if isinstance(text, tuple) else str(text) for name, text in TEXTS.items()}
