"""Stored cases of each released state format."""
