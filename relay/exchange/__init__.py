"""Files in and out: folders and workbooks that are read, judged and written, and graphs for other programs."""
