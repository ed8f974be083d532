"""Stages: one file each, the thin layer between committed files and the pure functions of the other rooms.

Each module has `run(ctx)`, called once a task. What a stage reads and writes stands at the top of its module.
"""
