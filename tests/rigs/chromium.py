"""How tests start Debian's Chromium: without a window around its pages, and without what nobody sees.

What is around the pages, drawn for nobody, took as much of a processor as the pages. And for whichever page may come
next Chromium starts a process ahead, for an eighth of what opening a page takes. Three of the features that Playwright
switches off are said again: Chromium reads the last list alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

PATH: Final = "/usr/bin/chromium-headless-shell"

_FEATURES: Final = (
    "SpareRendererForSitePerProcess",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "HttpsUpgrades",
    "PaintHolding",
)

ARGUMENTS: Final = ("--no-sandbox", f"--disable-features={','.join(_FEATURES)}")


def launched(playwright: Playwright) -> Browser:
    """Start it; whoever asks closes it."""
    return playwright.chromium.launch(executable_path=PATH, args=ARGUMENTS)
