"""Small things that every layer may use and that know nothing of video, LTI or HTTP routes.

Owns: the clock, ids, sealing of secrets, the one way to make an HTTP client, logging, the embedded PostgreSQL runner.
Refuses: anything that needs a setting object, a table or a domain word. `kit` imports nothing else of ours.
"""
