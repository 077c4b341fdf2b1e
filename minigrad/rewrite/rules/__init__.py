"""The rules for any sizes, one module a subject."""
