"""Deleting video bytes: what is due by its assignment's rule, and what a cancelled or expired upload still owes Stream.

Owns: the sweep (claim → mark → delete at Stream → mark with a certificate) and its report. Refuses: to forget a row
before Stream confirmed the deletion, and to delete what we do not know. The row, the grade and the log outlive bytes.
"""
