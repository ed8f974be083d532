"""Classifiers: train, evaluate and apply."""
