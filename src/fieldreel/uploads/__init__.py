"""The transfer of a video from a browser to Stream: start, resume, confirm, cancel, and Stream's webhook.

Owns no table: an upload is the first part of a video's life, and its row is the video's. Owns the order of things
around Stream's calls: intent first, then the call, then its outcome, each in a transaction of its own, so that a death
in between leaves something that the reconciler can finish.

A request that Stream refused keeps its row and the student's time for six hours: repeated with its key, it goes on. The
row's `next_check_at` is its claim; of two that order a link for one row, the one whose claim was overtaken gives back
what Stream made for it, so that one row ends up with one video at Stream.

Three tell us that the bytes are there: the browser (`complete`), Stream's webhook, the reconciler. All three end in
`Uploads.confirm`, which asks Stream itself; any two of them may be lost. Refuses: to carry a byte of video, and to
believe anybody but Stream.
"""
