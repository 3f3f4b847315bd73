"""`gameday restore`: what was lost comes back, beside what is there, or in its place when asked.

Tables: sources (what one can come from), finding (which is meant), plan (what will be done and what
it takes), making (a table from its source), replacing (items of the live one), table (all of it).
Objects: versions (what is left of one), object_plan (which come back), copying, placing (one that
comes back), objects (all of them), object_result. shown: what a person reads.
"""
