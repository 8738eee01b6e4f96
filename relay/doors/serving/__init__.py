"""Serve requests, whatever door they came by: admit, scrub, forward, restore. No socket of a client is known here.

service.py         `handle(Request) -> Response`
call.py            one exchange in work, as log and trace tell of it
response.py        an answer on its way to the client
forward.py         send to an upstream that answers, elsewhere or again where one fails
slots.py           no more requests at an upstream than it takes
work.py            scrubbing in threads: small requests first, a fair share for each client
shares.py          what one client may have of places, bytes and connections
authentication.py  who a client is, by its key
sessions.py        open, describe and close explicit sessions
turns.py           what an exchange has of a session that is kept elsewhere
target.py          the path as the client means it
faults.py          errors in the client's own format
"""
