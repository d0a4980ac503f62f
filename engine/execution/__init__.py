"""One case in memory: its task tree, its variables, and what moves them."""
