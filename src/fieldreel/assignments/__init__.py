"""The policy of one assignment: limits, dates, attempts, retention, and who may change them.

Owns: reading the rows that `courses` keeps into one `Policy` with the service's defaults filled in, the rules on time
(open, late, closed) and the settings endpoints. Refuses: to know of videos or submissions.

It stands above `launches` because its routes need a `Principal`, and `courses`, which a launch writes to, must not.
"""
