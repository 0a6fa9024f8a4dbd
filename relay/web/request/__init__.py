"""What a request asks for: its programme and day, and the parameters of its URL."""
