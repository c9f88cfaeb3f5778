"""The teacher's queue: everybody in the course with their video, submission and grade, in one answer.

Owns no table; it reads those of `courses`, `videos`, `submissions` and `grading`, which is why it stands above them.
Refuses: to show a draft's video to a teacher ("Only you can see this" is a promise), and to call anything outside.
"""
