"""Statements, commitments and progress reports."""
