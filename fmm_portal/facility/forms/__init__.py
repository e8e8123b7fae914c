"""Forms of programmes, requests and actions."""
