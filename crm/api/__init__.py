"""The programming interface: what other programs may read and do, under ``/api/v1/``.

``entrance`` lets in whoever shows a token and is all that a web process loads at its start; ``routes`` and the modules
of the nouns come with the first request. They translate JSON to the verbs and querysets that the pages use, and decide
nothing themselves.
"""
