"""Filters of programmes, requests and actions, the same on screen and in the API."""
