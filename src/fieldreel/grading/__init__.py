"""Grades, and the scores that we owe the platform because of them.

Owns: `grades` (the number a person gave) and `scores` (an outbox: the newest state owed for one line item and person).
Saving a grade and owing the score is one transaction; sending is `jobs.Deliverer`, which may die anywhere.
Refuses: to send progress over a grade (Moodle and Open edX would erase it), to believe a browser about who is graded.
"""
