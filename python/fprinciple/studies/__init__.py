"""Published studies of the frequency principle, run again: ``python -m fprinciple.studies NAME``.

Each trains the networks of a paper in PyTorch (``pip install fprinciple[torch]``), measures them by
`fp.measure`, and writes a page with its numbers beside the published ones (docs/studies.md).
"""
