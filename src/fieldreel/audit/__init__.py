"""What happened, in order, for ever (or until the log's own retention).

Owns: the append-only `audit_events` table and the names of the events. Refuses: to be read by a rule (nobody decides
anything by the log), to hold a token or a file's content, to be changed.

Event names are past tense, `area.happened`. They continue those of the Moodle plugin that fieldreel replaces: upload
start, success with size and duration, failure with reason, retry, API error, playback access, deletion.
"""
