"""Filters of strategies and their parts, the same on screen and in the API."""
