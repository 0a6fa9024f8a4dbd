"""Help: when a form is used and what it asks, what each check looks for, and what to do next."""
