"""The participant's rights over what is kept: to read all of it, and that it is erased when its time is over."""
