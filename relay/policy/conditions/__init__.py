"""What rules may ask of a request as a whole, one file each."""
