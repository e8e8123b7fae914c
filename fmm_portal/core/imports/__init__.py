"""Spreadsheets in and out: what may stand in them, how they are read, compared, shown and written."""
