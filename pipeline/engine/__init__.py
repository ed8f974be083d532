"""The engine: four primitives (Map, Exchange, Reduce, Collect), committed files, and two drivers that run them.

No stage imports anything from a driver; a stage sees a `TaskContext` (pipeline.engine.task) and nothing else.
"""
