"""Playback tokens: who may watch what, for how long, and the audit row of each.

Owns: the one statement that decides visibility and writes the log, and the signing. Refuses: to call Cloudflare per
view where a signing key is set, to tell a stranger that a video exists, to issue anything for one that is not playable.
"""
