"""Model files and others, each written so that a reader finds all of it or nothing."""
