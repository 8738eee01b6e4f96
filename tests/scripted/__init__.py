"""A scripted model that answers from what it sees, in the voice of every format."""
