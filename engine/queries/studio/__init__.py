"""The studio's reads: processes, versions, drafts and counts. Never a person's data."""
