"""Speed as ratios that any machine can repeat: `make bench`, or `python -m tests.bench`.

The goals are ratios between us and a floor: the same minimum work by hand, on the same machine, in the same minute.
The floors are in `floors.py`. What makes the ratios hold:

- What is compared is CPU time of the server's process tree (`/proc`), not time on the wall.
- The server has one core; generator, PostgreSQL and the stub of a platform have the other one.
- Rounds are interleaved and their order turns; the ratio is taken within a round, the verdict on the median of rounds.
- Both sides are real uvicorn processes. Ours is `fieldreel serve` with its middleware, and logs that go to a file.
- Every answer is checked, and every launch spends a state and a nonce of its own.

With noise of 25 % seven rounds tell a factor of 1.3 from 1.0, and no finer one. Only an alarm fails the run.
"""
