"""The engine: frames in, frames out. No Django, no SQL, no clock, no network."""
