"""Lists of the records that a number on a page of a system counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, render_template, request

from relay.errors import refused
from relay.reports import search
from relay.web import privacy
from relay.web.i18n import labels
from relay.web.i18n.language import lazy_gettext
from relay.web.i18n.sentences import translate
from relay.web.lists import downloads, filter_choices
from relay.web.lists.listing import Filter, ListColumn, Listing, ListPage
from relay.web.permission import action
from relay.web.request import current
from relay.web.request.parameters import NOT_A_CHOICE

if TYPE_CHECKING:
    from flask import Response

    from relay.reports.search import Hit
    from relay.text import Sentence

Records = Mapping[str, Sequence[str]]
"""The word for what a number counts → the records that it counts, "kind:id", in order."""

_COLUMNS: Final = (
    ListColumn(key="id", label=lazy_gettext("Record"), cell="record"),
    ListColumn(key="name", label=lazy_gettext("Name"), personal=True),
    ListColumn(key="what", label=lazy_gettext("What it is")),
    ListColumn(key="place", label=lazy_gettext("Place")),
)


class _DescribedRecords(Sequence[Any]):
    """Records that are described when they are read: with names if the page shows names, which is logged."""

    def __init__(self, act_ids: Sequence[str]) -> None:
        """Keep which, and in what order."""
        self.act_ids = act_ids

    def __len__(self) -> int:
        """How many."""
        return len(self.act_ids)

    def __getitem__(self, nth: Any) -> Any:  # noqa: ANN401 - Sequence allows slices
        """The n-th; of a slice, their list."""
        if isinstance(nth, slice):
            return self._read(self.act_ids[nth])
        return next(iter(self._read(self.act_ids[nth : nth + 1])))

    def _read(self, act_ids: Sequence[str]) -> list[Hit]:
        programme_id = current.head().programme_id
        hits = current.built_graph().read(
            lambda transaction: [*search.described(transaction, programme_id, act_ids, speech=labels.SPEECH)]
        )
        naming = privacy.naming_mode(file=(request.endpoint or "").endswith("_file")) != labels.NAMES[0]
        shown = {*privacy.findable(act_ids)} if naming else frozenset[str]()
        shown_hits = privacy.hits_for_reader(each if each.id in shown else replace(each, name=None) for each in hits)
        privacy.log_opened("find", search.named(shown_hits))
        return [*shown_hits]


def add_counted_list(
    blueprint: Blueprint,
    action_name: str,
    labels_: Mapping[str, Sentence],
    find_records: Callable[[ListPage, str], Records],
) -> Listing:
    """Add the list of the records behind a system's numbers, a page and downloads: SYSTEM.counted, SYSTEM.counted_file.

    Args:
        blueprint: The blueprint of the system.
        action_name: The action that a reader of the list needs.
        labels_: The word for what a number counts → its label.
        find_records: Gets the page and a part, such as a group or a course ("" for everything), and returns for each
            word the records that it counts.

    Returns:
        The list.
    """

    def rows(page: ListPage) -> Sequence[Any]:
        word = page.asked_for.get("counted", "")
        if word and word not in labels_:
            raise refused(NOT_A_CHOICE, field="counted", choices=", ".join(labels_))
        return _DescribedRecords(find_records(page, page.asked_for.get("of", "")).get(word, ()))

    listing = Listing(
        title=lazy_gettext("Counted here"),
        about=lazy_gettext("The very records that a number counts: as many as it says."),
        empty=lazy_gettext("Choose what is counted, or come here from a number on a page."),
        columns=_COLUMNS,
        filters=(
            Filter(
                name="counted",
                label=lazy_gettext("Counted"),
                choices=filter_choices.word_choices(lambda _page: (*labels_,), lambda word: translate(labels_[word])),
            ),
            Filter(name="of", label=lazy_gettext("Of"), more=True),
        ),
        order="",
        find_rows=rows,
        of_record=True,
        endpoint=f"{blueprint.name}.counted",
        files=f"{blueprint.name}.counted_file",
    )

    @action(action_name)
    def counted(programme_id: str, name: str) -> str:  # noqa: ARG001 - `current` reads it
        return render_template("list.html", page=ListPage.of_request(name, listing))

    @action(action_name)
    def counted_file(programme_id: str, name: str, form: str) -> Response:  # noqa: ARG001 - `current` reads it
        return downloads.file(ListPage.of_request(name, listing), form)

    at, own = f"/p/<programme_id>/{blueprint.name}/counted", {"name": blueprint.name}
    blueprint.add_url_rule(at, "counted", counted, defaults=own)
    blueprint.add_url_rule(f"{at}.<any({', '.join(downloads.FORMS)}):form>", "counted_file", counted_file, defaults=own)
    return listing
