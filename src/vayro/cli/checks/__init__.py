"""What `vayro doctor` looks at. Each check returns what it saw; none raises, none changes anything."""
