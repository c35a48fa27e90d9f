"""The command line: settings, wiring and rendering. No logic lives here."""
