"""Build it yourself: a course in six steps through `minigrad.core`, and a game of wrong derivatives.

    python -m minigrad.course start DIR      # the core with holes, a text and tests for each step
    python -m minigrad.course solution 4     # the core's own lines for step 4
    python -m minigrad.course game DIR       # functions, some with a wrong derivative: which?

The learner's package is made from the files of the core when they start, by cutting out the
definitions that `syllabus` names; so no copy can become out of date.
"""
