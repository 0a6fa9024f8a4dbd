"""The page of a relay tree: the parameters of its URL, and what its pictures, table and downloads show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from flask import request, url_for
from werkzeug.utils import cached_property

from relay.domain.model import add_months
from relay.reports import drawing, search, tree_overview, tree_sheets, trees
from relay.reports.drawing import Caption
from relay.reports.tree_layout import (
    BOX_WIDTH,
    MOST,
    TAB_WIDTH,
    Branching,
    Mark,
    Picture,
    PlannedBox,
    Tab,
    TreeBox,
    TreeLink,
    View,
    picture,
)
from relay.web import privacy
from relay.web.i18n import labels
from relay.web.i18n.language import gettext
from relay.web.managers import tree_labels
from relay.web.menu import url_maker
from relay.web.request import current, parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from relay.arrays.lineage import Survey
    from relay.reports.tree_overview import Band, TreeOverview
    from relay.reports.tree_sheets import SheetBox, TreeSheet
    from relay.reports.trees import BreakPoint, GivenHelp, ReceivedHelp, Trace, Tree

AXES: Final = ("generation", "date")
_MARGIN: Final = 12
_HEADING: Final = 34  # above the boxes, for the marks of the axis
BREAKS: Final = 50  # our choice: break points on the page, the latest
HITS: Final = 200  # our choice
PAPER_WIDTH: Final = 900  # of A4, upright, with letters of 8 points
PAPER_HEIGHT: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeRequest:
    """How the URL asks for a tree to be shown.

    Attributes:
        as_of: The day.
        today: The date in the programme's time zone.
        view: What is folded, opened and in focus.
        names: How people are named, one of `labels.NAMES`.
        open_record: The box whose record is shown next to the tree; None for none.
    """

    as_of: date
    today: date
    view: View
    names: str
    open_record: str | None = None

    @classmethod
    def of_request(cls, *, file: bool = False) -> TreeRequest:
        """Read it from the URL, for a page or for a file.

        Raises:
            Invalid: A parameter cannot be read.
        """
        depth = MOST if request.args.get("depth") == "all" else parameters.number("depth")
        return cls(
            as_of=current.as_of(),
            today=current.today(),
            view=View(
                focus=request.args.get("focus") or None,
                depth=depth,
                opened=frozenset(request.args.getlist("open")),
                by_date=parameters.choice("axis", AXES) == "date",
            ),
            names=privacy.naming_mode(file=file),
            open_record=request.args.get("beside") or None,
        )

    def parameters(self) -> dict[str, Any]:
        """The parameters of its URL; defaults are left out."""
        view = self.view
        parameters = {
            "as_of": self.as_of.isoformat() if self.as_of != self.today else None,
            "axis": "date" if view.by_date else None,
            "names": self.names if self.names != privacy.default_naming_mode() else None,
            "focus": view.focus,
            "depth": "all" if view.depth == MOST else view.depth,
            "open": sorted(view.opened) or None,
            "beside": self.open_record,
        }
        return {name: value for name, value in parameters.items() if value is not None}

    def with_view(self, **changes: Any) -> TreeRequest:  # noqa: ANN401 - fields of a view
        """The same request with some fields of the view changed."""
        return replace(self, view=replace(self.view, **changes))


class TreePage:
    """A relay tree as the URL asks for it."""

    def __init__(self, survey: Survey, id_: str, wish: TreeRequest) -> None:
        """Take the tree of a gift or placement from a survey.

        Raises:
            NotInRelay: There is no such gift or placement on that day.
            NotFound: The bare id is both a gift's and a placement's.
        """
        self.survey = survey
        self.wish = wish
        self.tree: Tree = trees.tree(survey, id_, current.plans())
        self.trace: Trace = trees.trace(survey, id_)
        self.id = self.trace.id
        self.programme_id = current.head().programme_id

    @cached_property
    def picture(self) -> Picture:
        """The boxes and links that are shown, and their positions."""
        return picture(self.tree, self.wish.view, start=self.id, break_points=self.trace.break_points)

    @cached_property
    def overview(self) -> TreeOverview | None:
        """The tree, or what is below the focus, by generation and branch; None if it has few enough for boxes."""
        return tree_overview.overview(Branching.of(self.tree, self.id), self.wish.view.focus)

    def counting(self, band: Band) -> Mapping[str, str] | None:
        """The filter of the list of placements that shows one generation; None if no filter does."""
        kind, _, id_ = self.id.partition(":")
        whole = kind == "gift" and not self.wish.view.focus
        return {"gift": id_, "generation": str(band.generation)} if whole else None

    @cached_property
    def sheets(self) -> tuple[TreeSheet, ...]:
        """The tree, or what is below the focus, over sheets of paper; empty if there would be too many."""
        return tree_sheets.sheets(self.picture, Branching.of(self.tree, self.id), self.wish.view.focus)

    def headings(self, sheet: TreeSheet) -> list[tuple[float, str]]:
        """Position and name of each generation on a sheet."""
        columns = enumerate(sorted({each.box.x for each in sheet.boxes}), start=sheet.generation)
        return [(x, self.generation(nth)) for nth, x in columns if nth >= 0]

    def on_sheets(self, focus: str | None) -> str:
        """The URL of the sheets of a branch; with None, of the whole tree."""
        return self.link(self.wish.with_view(focus=focus, depth=None, opened=frozenset()), "managers.sheets")

    @property
    def fits_paper(self) -> bool:
        """Whether the drawing can be read on the sheet of paper on which its page is printed."""
        _, _, width, height = self.canvas
        return width <= PAPER_WIDTH and height <= PAPER_HEIGHT

    def branch(self, key: str) -> str:
        """What a branch is called: the name of who holds the placement that it begins with, else the placement's id."""
        return self.name_at(key) or key

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """Beneficiary id → name, of the people who are shown."""
        shown = {box.node.beneficiary_id for box in self.picture.boxes if box.node}
        shown |= {each.plan.beneficiary_id for each in self.picture.planned}
        return privacy.names("list", shown, self.wish.names)

    def name(self, beneficiary_id: str) -> str:
        """The name of a person as far as it may be shown, else her id."""
        return labels.named(beneficiary_id, self._names.get(beneficiary_id), self.wish.names)

    def name_at(self, placement_id: str) -> str:
        """The name of the holder of a placement of the tree, if it may be shown; else ""."""
        node_ = next((node for node in self.tree.nodes if node.placement_id == placement_id), None)
        if node_ is None:
            return ""
        names = privacy.names("list", (node_.beneficiary_id,), self.wish.names)
        return labels.named("", names.get(node_.beneficiary_id), self.wish.names)

    # -- URLs

    @property
    def whole(self) -> Mapping[str, str]:
        """The filter of the list of placements that shows the whole tree, with its beginning."""
        kind, _, id_ = self.id.partition(":")
        return {"gift": id_} if kind == "gift" else {"below": f"chain:{id_}"}

    def link(
        self,
        wish: TreeRequest | None = None,
        endpoint: str = "managers.tree",
        form: str | None = None,
        search: str | None = None,
    ) -> str:
        """The URL of this tree.

        Args:
            wish: How it is shown; as now when left out.
            endpoint: The endpoint of the page or file.
            form: The format of a file.
            search: The sealed words of a search in it.
        """
        parameters: dict[str, Any] = {**(wish or self.wish).parameters(), "form": form, "s": search}
        return url_for(endpoint, programme_id=self.programme_id, id_=self.id, **parameters)

    def opening(self, key: str) -> str:
        """The URL with a branch unfolded."""
        return self.link(self.wish.with_view(opened=self.wish.view.opened | {key}))

    def folding(self, key: str) -> str:
        """The URL with a branch folded again."""
        return self.link(self.wish.with_view(opened=self.wish.view.opened - {key}))

    def focusing(self, placement_id: str | None) -> str:
        """The URL with a placement in focus; with None, from the beginning."""
        return self.link(self.wish.with_view(focus=placement_id, depth=None, opened=frozenset()))

    @property
    def unfolded(self) -> TreeRequest:
        """The request for the same tree with nothing folded, up to `MOST` generations."""
        return self.wish.with_view(depth=MOST, opened=frozenset(), focus=None)

    def on_day(self, day: date) -> str:
        """The URL of the same tree on another day, but not after today."""
        return self.link(replace(self.wish, as_of=min(day, self.wish.today)))

    def years_away(self, years: int) -> str:
        """The URL of the same tree some years earlier or later, but not after today."""
        return self.on_day(add_months(self.wish.as_of, 12 * years))

    def file(self, form: str) -> str:
        """The URL of the tree as a file."""
        return self.link(endpoint="managers.download", form=form)

    def record(self, key: str) -> str:
        """The URL of the record of a box, a placement or the gift."""
        return self.record_of(key if key.startswith("gift:") else f"placement:{key}")

    @cached_property
    def record_of(self) -> Callable[[str], str]:
        """A function that returns the URL of a record."""
        return url_maker("staff.record", "act_id")

    # -- texts

    @property
    def heading(self) -> str:
        """The heading of the page."""
        kind, _, id_ = self.id.partition(":")
        if kind == "gift":
            return gettext("Relay tree of gift %(id)s", id=id_)
        return gettext("Relay tree of placement %(id)s", id=id_)

    def lines(self, box: TreeBox) -> list[str]:
        """The text on a box."""
        if box.node is None:
            return tree_labels.gift_lines(self._bare_id, self.given, self.donor)
        return tree_labels.lines(box.node, self.name(box.node.beneficiary_id), box.break_point)

    def aside(self, box: TreeBox) -> str:
        """The id that stands small beside the name on a box; "" if there is none."""
        return tree_labels.aside(box.node, self.name(box.node.beneficiary_id)) if box.node else ""

    def title(self, box: TreeBox) -> str:
        """All that is known of a box, as text."""
        if box.node is None:
            return tree_labels.gift_title(self._bare_id, self.given, self.donor)
        return tree_labels.title(box.node, self.name(box.node.beneficiary_id), self.receipts(box), box)

    def mark(self, mark: Mark) -> str:
        """The text of a mark of the axis."""
        return str(mark.day.year) if mark.day else self.generation(mark.generation or 0)

    def generation(self, nth: int) -> str:
        """What a generation of this tree is called; 0 is its beginning."""
        return tree_labels.generation(nth, self.id)

    @property
    def _bare_id(self) -> str:
        return self.id.partition(":")[2]

    @cached_property
    def given(self) -> GivenHelp:
        """What the gift is that the tree begins with."""
        return trees.given(self.survey, self._bare_id)

    @cached_property
    def donor(self) -> str:
        """The donor of the gift, as far as names are shown; logs that it is. "" if it is not known or may not be."""
        donor = "" if self.wish.names == labels.NAMES[0] else privacy.places_and_donors().donors.get(self._bare_id)
        if not donor:
            return ""
        privacy.log_donors_named((self._bare_id,))
        return labels.named("", donor, self.wish.names)

    def planned_lines(self, planned: PlannedBox) -> list[str]:
        """The text on the box of a planned receiver."""
        return tree_labels.planned_lines(planned.plan, self.name(planned.plan.beneficiary_id))

    def planned_title(self, planned: PlannedBox) -> str:
        """All that is known of a planned receiver, as text."""
        return tree_labels.planned_title(planned.plan, self.name(planned.plan.beneficiary_id))

    def receipts(self, box: TreeBox) -> Sequence[ReceivedHelp]:
        """What a box received, and from whom; empty for a gift."""
        return self._receipts.get(box.key, ())

    @cached_property
    def _receipts(self) -> Mapping[str, Sequence[ReceivedHelp]]:
        return trees.receipts(self.survey, (box.key for box in self.picture.boxes if box.node))

    def path(self) -> list[TreeBox]:
        """The boxes from the beginning to the focus; empty without a focus."""
        return sorted((box for box in self.picture.boxes if box.on_path), key=lambda box: self._distance[box.key])

    @cached_property
    def _distance(self) -> Mapping[str, int]:
        steps = {link.receiver: link.giver for link in self.picture.links if link.on_path}
        return {box.key: _length(box.key, steps) for box in self.picture.boxes if box.on_path}

    def latest_breaks(self) -> list[BreakPoint]:
        """The latest break points, at most `BREAKS`."""
        latest_first = sorted(
            self.trace.break_points, key=lambda point: (-point.since_on.toordinal(), point.placement_id)
        )
        return latest_first[:BREAKS]

    def first_day(self) -> date:
        """The day of the first receipt in the tree; the day of the page when there is none."""
        return min((node.received_on for node in self.tree.nodes), default=self.wish.as_of)

    def months(self, day: date) -> int:
        """Months from the first receipt to a day."""
        first = self.first_day()
        return max((day.year - first.year) * 12 + day.month - first.month, 0)

    def folded(self, tab: Tab) -> str:
        """The text on a tab."""
        return tree_labels.folded(tab)

    # -- the pictures

    def network(self) -> drawing.Network:
        """The picture for vis-network."""

        def caption(each: TreeBox | Tab | PlannedBox) -> Caption:
            if isinstance(each, PlannedBox):
                label, title = "\n".join(self.planned_lines(each)), self.planned_title(each)
                return Caption(label=label, title=title, href=self.record_of(each.key))
            if isinstance(each, Tab):
                return Caption(
                    label=tree_labels.folded(each), title=gettext("Open this branch"), href=self.opening(each.key)
                )
            label = "\n".join(self.lines(each))
            return Caption(label=label, title=self.title(each), href=self.record(each.key), aside=self.aside(each))

        return drawing.network(self.picture, caption)

    @property
    def canvas(self) -> tuple[float, float, float, float]:
        """The SVG viewBox of the drawing: left, top, width, height."""
        drawn = self.picture
        left, top = drawn.left - _MARGIN, drawn.top - _MARGIN - _HEADING
        return left, top, drawn.right - left + _MARGIN, drawn.bottom - top + _MARGIN

    def curve(self, link: TreeLink) -> str:
        """The SVG path of a link."""
        giver, receiver = self._boxes[link.giver], self._boxes[link.receiver]
        x1, x2 = giver.x + BOX_WIDTH / 2, receiver.x - BOX_WIDTH / 2
        if x2 < x1:
            x1, x2 = (giver.x, receiver.x)
        return _curve(x1, giver.y, x2, receiver.y)

    def sheet_curve(self, giver: SheetBox, receiver: SheetBox) -> str:
        """The SVG path of a link on a sheet."""
        return _curve(giver.box.x + BOX_WIDTH / 2, giver.box.y, receiver.box.x - BOX_WIDTH / 2, receiver.box.y)

    def planned_curve(self, planned: PlannedBox) -> str:
        """The SVG path from a box to its planned receiver."""
        box = self._boxes[planned.giver]
        x1, x2 = box.x + BOX_WIDTH / 2, planned.x - BOX_WIDTH / 2
        return _curve(*((box.x, box.y, planned.x, planned.y) if x2 < x1 else (x1, box.y, x2, planned.y)))

    def tab_curve(self, tab: Tab) -> str:
        """The SVG path from a box to its tab."""
        box = self._boxes[tab.key]
        return _curve(box.x + BOX_WIDTH / 2, box.y, tab.x - TAB_WIDTH / 2, tab.y)

    @cached_property
    def _boxes(self) -> Mapping[str, TreeBox]:
        return {box.key: box for box in self.picture.boxes}

    # -- search

    def placements_matching(self, text: str) -> list[str]:
        """The ids of the tree's placements that match a text, the best match first; logs the names that are shown."""
        placements_of: dict[str, list[str]] = {}
        for node in self.tree.nodes:
            placements_of.setdefault(f"beneficiary:{node.beneficiary_id}", []).append(node.placement_id)
            placements_of[f"placement:{node.placement_id}"] = [node.placement_id]
        matches = search.find(
            current.built_graph(),
            self.programme_id,
            text,
            HITS,
            seen=lambda act_ids: privacy.findable(placements_of.keys() & act_ids),
        )
        hits = privacy.hits_for_reader(matches)
        privacy.log_opened("find", search.named(hits))
        return list(dict.fromkeys(placement_id for hit in hits for placement_id in placements_of.get(hit.id, ())))


def _curve(x1: float, y1: float, x2: float, y2: float) -> str:
    middle = (x1 + x2) / 2
    return f"M{x1:g},{y1:g} C{middle:g},{y1:g} {middle:g},{y2:g} {x2:g},{y2:g}"


def _length(key: str, steps: Mapping[str, str]) -> int:
    length = 0
    while key in steps:
        key = steps[key]
        length += 1
    return length
