"""BPMN files: read safely, rewritten, checked, drawn, compared."""
