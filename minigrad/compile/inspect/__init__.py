"""Explaining and watching programs: comments, definitions, profile, DebugMode, NanGuardMode."""
