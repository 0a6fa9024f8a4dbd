"""Files in and out: folders and workbooks read, judged and written, and graphs for other programs."""
