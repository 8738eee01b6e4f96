"""What rules and exemptions may ask of a value, one file a kind."""
