"""An emulated phone that the real adb takes for one: adbd's side of the transport, files in a folder, commands really
run. Made to fail on command."""
