"""The phone app: the page that records offline, the service worker that caches it, and what installs it."""
