"""fieldreel: large video assignments for any LMS.

LTI 1.3 in front, Cloudflare Stream behind, PostgreSQL for everything we know and every job we owe. `app.py` is the
composition root; a package's docstring says what it owns and what it refuses.
"""
