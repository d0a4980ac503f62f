"""The workflow engine: definitions, instances, commands and queries. Knows no web framework."""
