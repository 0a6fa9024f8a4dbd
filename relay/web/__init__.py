"""The web: relay trees, chain health and the record as pages in a browser, and the JSON API.

from relay.web import create_app        # for any WSGI server
from relay.web import serve             # what `relay serve` runs
from relay.web import try_pages         # whether the pages answer
from relay.web import digest_letter     # what managers are told by mail
"""

from relay.web.app import create_app
from relay.web.letters import digest_letter
from relay.web.self_check import try_pages
from relay.web.server import serve

__all__ = ["create_app", "digest_letter", "serve", "try_pages"]
