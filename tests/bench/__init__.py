"""What takes time, measured: signing in (`python -m tests.bench`), and many commitments."""
