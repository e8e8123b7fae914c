"""Timings of the portal's pages, API and PDF beside bare ones of the same rows, all in one run: `make bench`."""
