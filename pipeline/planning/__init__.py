"""The stages of a run, a file each group: what `pipeline.plan` puts together."""
