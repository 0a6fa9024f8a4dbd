"""Papers: what is printed and given away, certificates first, and the PDF of each."""
