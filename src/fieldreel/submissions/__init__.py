"""Who handed in what: attempts, lateness, receipts, and the student's home.

Owns: the `submissions` table and the one meaning of "submitted" (an explicit act on bytes that Stream has confirmed).
Refuses: to submit on the browser's word, to call anything outside, to know of points. Grading, above, leaves its mark
in `feedback_at`, which closes withdrawing and replacing. A video has one row: withdrawn and handed in again, it gets a
new attempt and a new receipt, and the log keeps the old ones.
"""
