"""Real Chromium against a running server. Whatever its console or the content policy says is a failure."""

import os
import shutil
import threading

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from playwright.sync_api import Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
REQUIRED = os.environ.get("REQUIRE_BROWSER") == "1"

# Playwright runs its own event loop in this thread, which makes Django believe that it is called from async code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def chromium():
    if not CHROMIUM:
        message = "no Chromium found (CHROMIUM, or chromium on the path)"
        if REQUIRED:
            pytest.fail(f"REQUIRE_BROWSER is set and there is {message}")
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


class Complaints(list):
    """What the browser found wrong with our pages."""

    def listen_to(self, page: Page) -> None:
        page.on("console", lambda message: self.append(message.text) if message.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self.append(f"script: {error}"))
        page.on("response", lambda response: self._answered(response.status, response.url))
        page.on("request", lambda request: self._asked(request.url))
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation', event =>"
            " console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`))"
        )

    def _answered(self, status: int, url: str) -> None:
        if status >= 400 and status != 422:  # a refused form is an answer, not a fault
            self.append(f"{status} {url}")

    def _asked(self, url: str) -> None:
        if not url.startswith(("http://localhost:", "http://127.0.0.1:", "data:", "blob:")):
            self.append(f"leaves the machine: {url}")


@pytest.fixture
def complaints():
    return Complaints()


@pytest.fixture
def open_browser(chromium, live_server, complaints):
    """`open_browser()` is a page in a browser of its own, cookies and all. At the end nothing may have gone wrong."""
    contexts = []

    def open_one(width: int = 1280, height: int = 900) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            locale=settings.LANGUAGE_CODE,
            accept_downloads=True,
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        complaints.listen_to(page)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not complaints, "the browser complained:\n" + "\n".join(complaints)


@pytest.fixture(autouse=True)
def one_request_at_a_time(monkeypatch):
    """On SQLite in memory the server's threads share one connection, whose savepoints must not cross."""
    if connection.vendor != "sqlite":
        return
    turn, handle = threading.RLock(), WSGIHandler.__call__

    def in_turn(self, environ, start_response):
        with turn:
            return handle(self, environ, start_response)

    monkeypatch.setattr(WSGIHandler, "__call__", in_turn)
