"""Tables of programmes, requests and actions."""
