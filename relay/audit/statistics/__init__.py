"""What the past says about deadlines and about the future, with its uncertainty."""
