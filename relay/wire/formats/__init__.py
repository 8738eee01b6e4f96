"""Provider formats, one file each."""
