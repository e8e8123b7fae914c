"""Pages of strategies: the process with its milestones and committees, and the action plan with its reviews."""
