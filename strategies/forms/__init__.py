"""Forms of strategies: of the process, and of the action plan."""
