"""Papers: certificates and other pages that are printed and given away, and the PDF of each."""
