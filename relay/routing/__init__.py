"""Which upstream gets a request: health, places, budgets and prices, decided by pure functions over plain state.

    health.py      what is known of one upstream, and how each answer or failure changes it
    choose.py      the one decision: the upstreams of a kind that qualify, best first, or why there is none
    retry.py       whether and when the same upstream is asked again
    usage.py       tokens of a request and of an answer, in every format
    budget.py      what each client has spent today
    confidence.py  how sure a local model was of its answer
    route_plan.py   where one exchange may go, goes, and what it is counted with
    router.py      the state of the running relay
    costs.py       the cost report

Nothing here does I/O or reads a clock. `relay/doors/http/forward.py` acts on what is decided here.
"""
