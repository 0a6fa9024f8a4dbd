"""The reader's language: texts, labels, days, numbers and calendar periods."""
