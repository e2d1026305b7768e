"""A client of the adb server's host protocol: standard library and asyncio only, every wait with an end.

The adb binary's exit codes can't be trusted once a cable is pulled, and its clients on PyPI lack progress, exit codes
or time-outs; the protocol itself is small. Source: the files SERVICES.TXT and SYNC.TXT of Android's adb.
"""
