"""The reads, by page: frozen dataclasses in a stable order, for the actor who asks."""
