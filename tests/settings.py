"""The project's settings, in the test environment whatever the caller's shell or `.env` is set up for."""

import os

os.environ["ENVIRONMENT"] = "test"
os.environ["DEMO_MODE"] = ""
os.environ["EMAIL_URL"] = ""

from grundsteget.settings import *  # noqa: F403

# Every test client starts the application anew: looking files up when they are asked for beats listing them each time.
WHITENOISE_AUTOREFRESH = True
