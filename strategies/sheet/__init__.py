"""The action plan as a spreadsheet: what its columns are, how it is written, read, compared and imported."""
