"""How tests start Debian's Chromium: without the suggestions below its address bar, which nobody sees.

They are two pages beside each window that a test opens, for half a second of a processor. Three of the features that
Playwright switches off are said again: Chromium reads the last list alone.
"""

from __future__ import annotations

from typing import Final

PATH: Final = "/usr/bin/chromium"

_FEATURES: Final = (
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
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
