"""The video: one asset at Stream with its upload, from the request for a link to the certificate of deletion.

Owns: the `videos` table, the state machine, who may see a video, and what a look at Stream changes (`Videos.observe`).
Refuses: to call Stream (that is `uploads` and `retention`), to know of attempts or grades, and to believe the browser:
size, duration and state come from Stream alone.
"""
