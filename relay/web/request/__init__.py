"""The current request: its programme and day, the parameters of its URL, and the form that it sends."""
