"""Timings of the portal's pages beside plain Django templates over the same rows, in one run: `make bench`."""
