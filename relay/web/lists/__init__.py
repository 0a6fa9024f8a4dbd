"""Lists: filtered, sorted, paged, saved as views and downloaded."""
