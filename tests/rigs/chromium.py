"""How tests start Debian's Chromium: without what nobody sees.

The suggestions below its address bar are two pages beside each window that a test opens, for half a second of a
processor; and for whichever page may come next it starts a process ahead, for an eighth of what opening a page takes.
Three of the features that Playwright switches off are said again: Chromium reads the last list alone.
"""

from __future__ import annotations

from typing import Final

PATH: Final = "/usr/bin/chromium"

_FEATURES: Final = (
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
    "SpareRendererForSitePerProcess",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "HttpsUpgrades",
    "PaintHolding",
)

ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    f"--disable-features={','.join(_FEATURES)}",
)
