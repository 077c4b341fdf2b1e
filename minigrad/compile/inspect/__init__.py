"""Programs explained and watched: comments, definitions, profile, DebugMode, NanGuardMode."""
