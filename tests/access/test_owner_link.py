"""The link that signs its owner in once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from relay.access.owner_link import OneTimeLink


def test_a_link_is_taken_once_and_by_its_secret_alone() -> None:
    link = OneTimeLink(login="asha")

    assert not link.take("guessed")  # which does not use it up
    assert not link.take("अनुमान")
    assert link.take(link.secret)
    assert not link.take(link.secret)


def test_of_many_who_open_a_link_at_once_one_is_signed_in() -> None:
    link = OneTimeLink(login="asha")

    with ThreadPoolExecutor(8) as readers:
        taken = list(readers.map(link.take, [link.secret] * 8))

    assert taken.count(True) == 1


def test_the_secret_of_a_link_differs_each_time_and_is_never_shown() -> None:
    one, other = OneTimeLink(login="asha"), OneTimeLink(login="asha")

    assert one.secret != other.secret
    assert len(one.secret) >= 43  # 32 random bytes in base64
    assert one.secret not in repr(one)
