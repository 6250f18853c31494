"""A real browser against the real product, with a real Celery worker where the story needs one."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client

from crm.core.models import User

# The one without windows first: it takes less of the processor for the same stories.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
# In a container the shared memory is too small for pages; they lie in the temporary folder then.
ARGUMENTS += ["--disable-dev-shm-usage"]
# Each window of a whole browser makes ready pages of its own for the address bar, which takes longer than ours do.
UNSEEN = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "InitialWebUI", "WebUIReloadButton", "WebUIToolbar"]
# The last list given counts, so those that Playwright turns off and a page could notice are named again.
UNSEEN += ["DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay"]
UNSEEN += ["MediaRouter", "OptimizationHints", "PaintHolding", "PreconnectToSearch", "Translate"]
ARGUMENTS += [f"--disable-features={','.join(UNSEEN)}"]
# No page stays as long as it takes to make its scripts fast, axe's half a megabyte above all: that work is thrown away
# with the page, and was a quarter of what the browser takes.
ARGUMENTS += ["--js-flags=--no-opt --no-maglev --single-threaded-gc"]
# Nothing is waited for in vain where all is well: this is for machines many times slower than ours.
PATIENCE_SECONDS = 90
WORKER = ("-m", "celery", "-A", "crm", "worker", "-c", "1", "--without-gossip", "--without-mingle", "-l", "info")
# Playwright's sync calls run an event loop in this thread; Django would refuse its queries there otherwise.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


def find_browser() -> str | None:
    """``$CHROMIUM``, else a Chromium or Chrome of the system, best without windows."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One headless browser for all stories; missing is a failure on CI and a skip elsewhere."""
    path = find_browser()
    if path is None:
        message = "No Chromium found: install it, or name one in CHROMIUM."
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_SECONDS * 1_000)
    arguments = [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    # While its event loop runs Django keeps other connections for this thread than before and after it: those left open
    # would be shared by every process that is forked meanwhile, and keep the database from being dropped at the end.
    connections.close_all()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()
        connections.close_all()


@pytest.fixture
def open_page(browser: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    """``open_page(rep, "/customers/")`` is a page on which the rep has signed in; ``width=390`` is a phone.

    A script error or a refusal by the content security policy fails the test that caused it.
    """
    contexts, complaints = [], []

    def open_as(user: User | None, path: str = "/", *, width: int = 1400, dark: bool = False) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            has_touch=width < 600,
            base_url=live_server.url,
        )
        contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE_SECONDS * 1_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if message.type == "error" and "Content Security Policy" in message.text
                else None
            ),
        )
        page.goto(path)
        return page

    yield open_as
    for context in contexts:
        context.close()
    wait_for_requests()
    assert not complaints


def wait_for_requests(*, seconds: float = PATIENCE_SECONDS) -> None:
    """Until the web server is through with what closed browsers left in the middle: such a request still holds rows,
    and a connection to a database that is about to be dropped."""
    until = time.monotonic() + seconds
    for thread in threading.enumerate():
        if thread.name.endswith("(process_request_thread)"):
            thread.join(max(0, until - time.monotonic()))


@pytest.fixture
def worker(transactional_db: None, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real Celery worker that is ready, on the test database and on a queue that only this test process uses."""
    database = connection.settings_dict
    url = os.environ["DATABASE_URL"].replace("/rapport?", f"/{database['NAME']}?")
    environment = {**os.environ, "DATABASE_URL": url}
    process = subprocess.Popen(
        [sys.executable, *WORKER, "-Q", settings.CELERY_TASK_DEFAULT_QUEUE, "-n", f"tests{os.getpid()}@%h"],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout
    with (tmp_path / "worker.log").open("wb") as log, process.stdout as lines:
        for line in lines:
            log.write(line)
            if line.rstrip().endswith(b" ready."):
                break
        else:
            pytest.fail(f"The worker did not start: {log.name}")
        rest = threading.Thread(target=shutil.copyfileobj, args=(lines, log))
        rest.start()
        yield process
        process.terminate()
        process.wait(PATIENCE_SECONDS)
        rest.join()
