"""Stand-ins for the outside world, for the demo and the tests: Cloudflare Stream and a learning platform.

Owns: enough of the other side's rules, states and failures that a client which satisfies the stand-in satisfies the
real one. Refuses: to know our code. A stand-in imports `kit` alone, so it can never bend to what our client sends.
"""
