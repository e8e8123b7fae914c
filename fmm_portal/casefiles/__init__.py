"""Records with all their parts as one document: read and written by the same services as everything else.

What is the same for every kind of case lies here; each app adds the format of its own records (`formats`).
"""
