"""Reading and writing: tables, networks, events."""
