"""Provider formats, one file each.

A format is a class with a field table (the notation is described in `relay.wire.fields`), its endpoints, and what a
table cannot say: which events end a lane, what a flushed delta looks like, how an error is shaped. Most of the last is
in the provider's family, `relay/wire/<provider>_family.py`. Its vectors are in `tests/vectors/wire/<format>/`, and the
laws in `tests/unit/wire/` hold for it as soon as the file is here.
"""
