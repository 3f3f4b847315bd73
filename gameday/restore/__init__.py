"""`gameday restore`: what was lost comes back, beside what is there, or in its place when asked.

sources, plan: what a table comes from and what will be done. making, replacing, table: doing it.
versions: which version of an object is the right one. copying, objects: bringing it back.
consent: what a person is asked first.
"""
