"""Pages of programmes, requests and actions: one module each."""
