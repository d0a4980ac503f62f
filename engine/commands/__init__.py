"""The writes, by noun: each checks existence, permission, state and values, and never commits."""
