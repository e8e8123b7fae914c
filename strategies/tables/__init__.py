"""Tables of strategies and their parts."""
