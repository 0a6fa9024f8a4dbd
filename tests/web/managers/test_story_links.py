"""The story of a gift as a link: nameless, for thirty days, revocable, and in the access log."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from relay.access import access_log, accounts
from relay.access.roles import grant_of
from relay.web import create_app
from tests.web import relays
from tests.web.readers import WORDS, bearer, sign_in
from tests.web.reading import words

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from relay.graph import Graph
    from relay.settings import Settings

LINKS = "/p/demo/gift/G1/links"


def form(client: FlaskClient) -> dict[str, str]:
    return dict(re.findall(r'name="(csrf_token|code)" value="([^"]+)"', client.get(LINKS).text))


def made(client: FlaskClient, sent: dict[str, str]) -> str:
    """The address of a link, without its host, from the page that shows it once."""
    found = re.search(r'link-made">http://localhost(/s/[^<]+)<', client.post(LINKS, data=sent).text)
    assert found
    return found[1]


def test_a_donor_opens_the_story_by_its_link_until_it_ends_or_is_revoked(
    door: FlaskClient, people: dict[str, str], recorded: Graph, settings: Settings
) -> None:
    assert people
    sign_in(door, "manager")
    sent = form(door)
    link = made(door, sent)
    assert made(door, sent) == link  # a double tap
    assert door.get(LINKS).text.count('name="revoke"') == 1
    assert link not in door.get(LINKS).text

    stranger = create_app(recorded, settings, now=lambda: relays.NOW).test_client()
    story = stranger.get(link)
    assert story.status_code == 200
    told = words(story.text)
    assert "Passing the Relay A gift of 2 goats, given on 1 Jan 2020. It went to 1 woman or group first." in told
    assert "first placement from the gift" in told
    tree = story.text.partition('class="small-tree"')[2].partition("</svg>")[0]
    assert [tree.count(shape) for shape in ("◆", "●", "■")] == [1, 2, 3]  # P1 and P2 passed on all, P3 to P5 not
    assert tree.count("<path") == 1 + 5  # P3 and P4 both gave to P5
    assert not re.search(r"Name of|Donor of|\bW\d\b|\bP\d\b", words(story.text))
    assert story.headers["Cache-Control"] == "no-store"
    assert story.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in story.headers
    assert "/p/demo" not in story.text  # it leads nowhere else
    log = access_log.read_newest(recorded, "demo")  # other tests write into it too, some on a later day
    looks = [each for each in log if each.what.startswith("story")]
    assert [each.what for each in looks[:2]] == ["story", "story sent"]
    assert looks[0].by.startswith("link:")
    assert (looks[1].by, looks[1].ids) == ("account:manager", ("gift:G1",))

    later = create_app(recorded, settings, now=lambda: relays.NOW + timedelta(days=30)).test_client()
    assert later.get(link).status_code == 404
    mark = re.search(r'name="revoke" value="([^"]+)"', door.get(LINKS).text)
    assert mark
    door.post(LINKS, data={"csrf_token": sent["csrf_token"], "revoke": mark[1]})
    assert stranger.get(link).status_code == 404
    assert "This link opens nothing, or no longer." in words(stranger.get("/s/guessed").text)
    again = door.post(LINKS, data={"csrf_token": sent["csrf_token"], "revoke": mark[1]})
    assert again.status_code == 404


def test_only_managers_send_stories(door: FlaskClient, people: dict[str, str]) -> None:
    for role, status in (("manager", 200), ("staff", 403), ("auditor", 403), ("administrator", 403)):
        assert door.get(LINKS, headers=bearer(people[role])).status_code == status, role
    assert "/gift/G1/links" not in door.get("/p/demo/gift/G1", headers=bearer(people["auditor"])).text


def test_a_link_ends_with_the_role_and_the_account_of_who_made_it(
    door: FlaskClient, recorded: Graph, settings: Settings
) -> None:
    accounts.add(recorded, "nima", (grant_of("manager@demo"),), WORDS, relays.NOW)
    sign_in(door, "nima")
    link = made(door, form(door))
    stranger = create_app(recorded, settings, now=lambda: relays.NOW).test_client()
    assert stranger.get(link).status_code == 200

    for grants, status in ((("staff", "auditor"), 404), (("manager@hills",), 404), (("manager@demo",), 200)):
        accounts.set_grants(recorded, "nima", tuple(map(grant_of, grants)), by="local:asha")
        assert stranger.get(link).status_code == status, grants
    accounts.remove(recorded, "nima", by="local:asha")
    assert stranger.get(link).status_code == 404
